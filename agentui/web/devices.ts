// The chosen microphone, headphones and ringer: kept in this browser, used where
// the browser can.

import type { Sound } from "./store";

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
export function keptDevices(): Partial<Pick<Sound, "mic" | "speaker" | "ringer">> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    const out: Partial<Pick<Sound, "mic" | "speaker" | "ringer">> = {};
    if (kept && typeof kept === "object") {
      for (const k of ["mic", "speaker", "ringer"] as const) {
        const v = (kept as Record<string, unknown>)[k];
        if (typeof v === "string") out[k] = v;
      }
    }
    return out;
  } catch {
    return {};
  }
}

/** Remembers the choice. */
export function keepDevices(s: Sound): void {
  localStorage.setItem(KEY, JSON.stringify({ mic: s.mic, speaker: s.speaker, ringer: s.ringer }));
}
