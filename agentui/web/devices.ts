// The chosen microphone, headphones and ringer, and what her line carries: kept in this browser, used where
// the browser can.

import type { LineChoice, Sound } from "./store";

/** Plays el on the device, where the browser can; an unplugged device falls back to the default. */
export async function sink(el: HTMLAudioElement, id: string): Promise<void> {
  if (!("setSinkId" in el)) return;
  try {
    await el.setSinkId(id);
  } catch {
    if (id) await el.setSinkId("").catch(() => undefined);
  }
}

const KEY = "sahut.devices";

/** What was chosen here before. */
export function keptDevices(): Partial<Pick<Sound, "mic" | "speaker" | "ringer" | "line">> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    const out: ReturnType<typeof keptDevices> = {};
    if (kept && typeof kept === "object") {
      for (const k of ["mic", "speaker", "ringer"] as const) {
        const v = (kept as Record<string, unknown>)[k];
        if (typeof v === "string") out[k] = v;
      }
      const line = (kept as { line?: unknown }).line;
      if (line === "slow" || line === "fast") out.line = line;
    }
    return out;
  } catch {
    return {};
  }
}

/** Remembers the choice. */
export function keepDevices(s: Sound): void {
  localStorage.setItem(KEY, JSON.stringify({ mic: s.mic, speaker: s.speaker, ringer: s.ringer, line: s.line }));
}

const SLOW_KEY = "sahut.slow";
const SLOW_MS = 12 * 3600_000; // as long as a proof holds: another day may be another line

/** Whether her line was found slow lately, or the browser itself calls it 2G. */
export function keptSlow(now: number): boolean {
  const at = Number(localStorage.getItem(SLOW_KEY));
  const net = (globalThis.navigator as { connection?: { effectiveType?: string } } | undefined)?.connection;
  return (at > 0 && at <= now && now - at < SLOW_MS) || /2g/.test(net?.effectiveType ?? "");
}

/** Remembers that it is. */
export function keepSlow(now: number): void {
  localStorage.setItem(SLOW_KEY, String(now));
}

/** Whether to ask the server for Opus, which takes half of what G.711 does. */
export function wantsOpus(s: { line: LineChoice; slow: boolean }): boolean {
  return s.line === "slow" || (s.line === "" && s.slow);
}
