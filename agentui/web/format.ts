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

// Whose clock times of the day are of: the house's, which the server puts into the
// page. A reader whose own clock shows another time sees the zone's name beside it.
let house = typeof document === "undefined" ? "" : known(document.querySelector<HTMLMetaElement>("meta[name=sahut-zone]")?.content ?? "");

/** Takes the house's zone, as the server said it; an unknown one is the reader's. */
export function useZone(zone: string): void {
  house = known(zone);
}

function known(zone: string): string {
  try {
    return zone && new Intl.DateTimeFormat("en", { timeZone: zone }) ? zone : "";
  } catch {
    return "";
  }
}

// Formatters are costly to make and asked for at every drawing.
const made = new Map<string, Intl.DateTimeFormat>();

function formatter(lang: Lang, zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${lang} ${zone} ${JSON.stringify(options)}`;
  let f = made.get(key);
  if (!f) made.set(key, (f = new Intl.DateTimeFormat(locale(lang), { ...options, timeZone: zone || undefined })));
  return f;
}

const minutes: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit" };
const dated: Intl.DateTimeFormatOptions = { weekday: "short", day: "numeric", month: "short" };
const whole: Intl.DateTimeFormatOptions = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

// named adds the zone where the reader's clock shows another time.
function named(ms: number, text: string): string {
  return house && formatter("en", house, whole).format(ms) !== formatter("en", "", whole).format(ms) ? `${text} ${zoneName(house)}` : text;
}

/** 18:42 in English, 18.42 in Indonesian; with the zone's name where it could be misread. Of a given zone without. */
export function clock(ms: number, lang: Lang, zone?: string): string {
  return zone ? formatter(lang, zone, minutes).format(ms) : named(ms, formatter(lang, house, minutes).format(ms));
}

/** "18:00–20:00", with the zone's name once where it could be misread. */
export function hours(from: number, to: number, lang: Lang): string {
  const f = formatter(lang, house, minutes);
  return named(from, `${f.format(from)}–${f.format(to)}`);
}

/** "Mon 23 Nov" of a time, by the house's clock. */
export function dayOf(ms: number, lang: Lang): string {
  return formatter(lang, house, dated).format(ms);
}

/** "23 November 2026" of a time, by the house's clock. */
export function dateOf(ms: number, lang: Lang): string {
  return formatter(lang, house, { day: "numeric", month: "long", year: "numeric" }).format(ms);
}

/** "Mon 23 Nov" of a date like 2026-11-23. */
export function dayName(date: string, lang: Lang): string {
  return formatter(lang, "UTC", dated).format(Date.parse(date));
}

/** "23–29 November 2026" of two such dates. */
export function range(from: string, to: string, lang: Lang): string {
  return formatter(lang, "UTC", { day: "numeric", month: "long", year: "numeric" }).formatRange(Date.parse(from), Date.parse(to));
}

/** What a field for date and time shows of a time, by the house's clock: 2026-11-23T18:42. */
export function toField(time: string): string {
  const ms = at(time);
  return ms ? formatter("en", house, whole).format(ms).replace(/^(..)\/(..)\/(....), /, "$3-$2-$1T") : "";
}

/** The time that such a field means, with its zone: 2026-11-23T18:42:00+07:00. */
export function ofField(local: string): string {
  const wanted = Date.parse(`${local}Z`);
  if (Number.isNaN(wanted)) return "";
  let ms = wanted;
  for (let i = 0; i < 2; i++) ms += wanted - Date.parse(`${toField(new Date(ms).toISOString())}Z`); // twice, for a clock that is set between
  const east = Math.round((wanted - ms) / 60_000);
  const two = (n: number) => String(Math.trunc(n)).padStart(2, "0");
  return `${local.slice(0, 16)}:00${east < 0 ? "-" : "+"}${two(Math.abs(east) / 60)}:${two(Math.abs(east) % 60)}`;
}

/** "Indonesian" of a code like id; a code nobody knows stays as it is. */
export function languageName(code: string, lang: Lang): string {
  try {
    return (code && new Intl.DisplayNames(locale(lang), { type: "language" }).of(code)) || code;
  } catch {
    return code;
  }
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

/** Day and time of a record, by the house's clock, to the second. */
export function dayAndTime(time: string | null | undefined, lang: Lang): string {
  return dayAndMinute(time, lang, "2-digit");
}

/** The same as people say it. */
export function dayAndMinute(time: string | null | undefined, lang: Lang, second?: "2-digit"): string {
  const ms = at(time);
  if (!ms) return "–";
  return named(ms, formatter(lang, house, { day: "2-digit", month: "short", hour: "2-digit", minute: "2-digit", second }).format(ms));
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
