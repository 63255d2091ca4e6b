// Times and numbers in the reader's language. The clock of the server rules:
// callers pass its offset, and everything counts from times it gave.

export type Lang = "en" | "id";

/** Milliseconds of an RFC 3339 time, 0 if there is none. */
export function at(time: string | undefined | null): number {
  const ms = time ? Date.parse(time) : NaN;
  return Number.isNaN(ms) ? 0 : ms;
}

/** 12:31 in English, 12.31 in Indonesian; from an hour on 1:02:03. Never negative. */
export function timer(ms: number, lang: Lang): string {
  const colon = lang === "id" ? "." : ":";
  const all = Math.max(0, Math.floor(ms / 1000));
  const h = Math.floor(all / 3600), m = Math.floor((all % 3600) / 60), s = all % 60;
  const two = (n: number) => String(n).padStart(2, "0");
  return h > 0 ? [h, two(m), two(s)].join(colon) : [m, two(s)].join(colon);
}

/** "1 min 40 s", "12 s", "2 h 5 min": words to read, not to watch. */
export function spell(ms: number, lang: Lang): string {
  const unit = lang === "id" ? { h: "jam", m: "mnt", s: "dtk" } : { h: "h", m: "min", s: "s" };
  const all = Math.max(0, Math.round(ms / 1000));
  const h = Math.floor(all / 3600), m = Math.floor((all % 3600) / 60), s = all % 60;
  const out: string[] = [];
  if (h > 0) out.push(`${h} ${unit.h}`);
  if (m > 0) out.push(`${m} ${unit.m}`);
  if (h === 0 && (s > 0 || m === 0)) out.push(`${s} ${unit.s}`);
  return out.join(" ");
}

/** 18:42 in English, 18.42 in Indonesian; by the clock of a zone, or the reader's. */
export function clock(ms: number, lang: Lang, timeZone?: string): string {
  return new Intl.DateTimeFormat(locale(lang), { hour: "2-digit", minute: "2-digit", timeZone }).format(ms);
}

/** "Mon 23 Nov" of a date like 2026-11-23. */
export function dayName(date: string, lang: Lang): string {
  return new Intl.DateTimeFormat(locale(lang), { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" }).format(Date.parse(date));
}

/** "23–29 November 2026" of two such dates. */
export function range(from: string, to: string, lang: Lang): string {
  return new Intl.DateTimeFormat(locale(lang), { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" }).formatRange(Date.parse(from), Date.parse(to));
}

/** WIB, WITA or WIT; of other zones their name. */
export function zoneName(zone: string): string {
  return zones[zone] ?? zone;
}

const zones: Partial<Record<string, string>> = {
  "Asia/Jakarta": "WIB", "Asia/Pontianak": "WIB", "Asia/Makassar": "WITA", "Asia/Ujung_Pandang": "WITA", "Asia/Jayapura": "WIT",
};

function locale(lang: Lang): string {
  return lang === "id" ? "id-ID" : "en-GB";
}

/** Day and time of a record. */
export function dayAndTime(time: string | null | undefined, lang: Lang): string {
  const ms = at(time);
  if (!ms) return "–";
  return new Intl.DateTimeFormat(lang === "id" ? "id-ID" : "en-GB", {
    day: "2-digit", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit",
  }).format(ms);
}

/** 1,234 or 1.234. */
export function count(n: number, lang: Lang): string {
  return new Intl.NumberFormat(lang === "id" ? "id-ID" : "en-GB").format(n);
}

/**
 * Seconds of a duration as Go writes it ("2m30s", "1h0m0s", "500ms"), or NaN.
 * The admin form shows a number of seconds and sends Go's text back.
 */
export function seconds(go: string): number {
  const part = /(\d+(?:\.\d+)?)(h|ms|m|s)/g;
  let sum = 0, used = 0;
  for (const hit of go.matchAll(part)) {
    const n = Number(hit[1]);
    sum += hit[2] === "h" ? n * 3600 : hit[2] === "m" ? n * 60 : hit[2] === "s" ? n : n / 1000;
    used += hit[0].length;
  }
  return used === go.length && used > 0 ? sum : NaN;
}
