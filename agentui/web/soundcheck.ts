// What she finds out before Ready, beside what start proves by itself: whether she
// hears herself and the ring, what her line loses, whether she is alone. The result
// holds twelve hours for the devices it was made with; the room is asked each time.

import { losses, slowLine } from "./levels";
import type { Quality, Sound } from "./store";

/** What came of three seconds of her voice, there and back. */
export interface Echo { packets: number; lost: number; level_db: number; jitter_ms: number; downPackets: number; downLost: number; rtt_ms: number }

/** How her line did. */
export interface Net { grade: Quality; loss: number; rtt_ms: number }

export type Answer = "" | "asked" | "yes" | "no";

export interface Proof {
  alone: Answer;
  ring: Answer;
  self: Answer; // she heard herself
  echo: "" | "speak" | "listen" | "done" | "quiet" | "failed";
  net: Net | null;
  kept: number; // when it was proven with these devices before; 0: it was not
}

export const noProof: Proof = { alone: "", ring: "", self: "", echo: "", net: null, kept: 0 };

/** Quieter than this at the server, a caller strains to hear her. */
const QUIET_DB = -42;

const share = (lost: number, got: number) => (lost + got > 0 ? Math.max(0, lost) / (Math.max(0, lost) + got) : 1);
const lossOf = (e: Echo) => Math.max(share(e.lost, e.packets), share(e.downLost, e.downPackets));

/** What an echo says of the line: the thresholds of a call. */
export function judgeNet(e: Echo, way: Sound["way"], opus = false): Net {
  const loss = lossOf(e), { fair, poor } = losses(opus);
  const grade = loss > poor || e.rtt_ms > 600 ? "poor" : loss > fair || e.rtt_ms > 300 || e.jitter_ms > 30 || way === "tcp" ? "fair" : "good";
  return { grade, loss, rtt_ms: e.rtt_ms };
}

// What three seconds are that came whole; a line of 67 kbit/s brings four fifths of
// them in time, though it may lose none.
const WHOLE = 150, IN_TIME = 0.8;

/** Whether the line carries no call of G.711: it loses too much, or the sound comes late. */
export function tooSlow(e: Echo): boolean {
  const late = (got: number, lost: number, of: number) => got + Math.max(0, lost) < IN_TIME * of;
  return slowLine(lossOf(e), e.rtt_ms) || late(e.packets, e.lost, WHOLE) || late(e.downPackets, e.downLost, e.packets);
}

/** The proof after an echo. */
export function echoed(p: Proof, e: Echo, way: Sound["way"], opus = false): Proof {
  return { ...p, echo: e.level_db < QUIET_DB ? "quiet" : "done", self: "asked", net: judgeNet(e, way, opus) };
}

/** Whether something of it is wrong. */
export function wrong(p: Proof): boolean {
  return p.alone === "no" || p.ring === "no" || p.self === "no" || p.echo === "quiet" || p.echo === "failed" || p.net?.grade === "poor";
}

/** Whether all that lasts is proven. */
export function proven(p: Proof): boolean {
  return p.ring === "yes" && p.self === "yes" && p.echo === "done" && !!p.net && p.net.grade !== "poor";
}

const KEY = "sahut.proof";
const HOLDS_MS = 12 * 3600_000;
const MOST = 6;

/** The devices a proof is made with: another headset is another proof. */
export function deviceSet(s: Pick<Sound, "mic" | "speaker" | "ringer" | "devices">): string {
  const ids = (list: { id: string }[]) => list.map((d) => d.id).sort().join(",");
  return [s.mic, s.speaker, s.ringer, ids(s.devices.mics), ids(s.devices.speakers)].join("|");
}

function all(): Record<string, number> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return kept && typeof kept === "object" && !Array.isArray(kept) ? (kept as Record<string, number>) : {};
  } catch {
    return {};
  }
}

/** When the set was proven, if that still holds; else 0. */
export function keptProof(set: string, now: number): number {
  const at = all()[set];
  return typeof at === "number" && at <= now && now - at < HOLDS_MS ? at : 0;
}

/** Remembers that the set is proven; of many sets the newest. */
export function keepProof(set: string, now: number): void {
  const list = Object.entries({ ...all(), [set]: now }).filter(([, at]) => now - at < HOLDS_MS).sort((a, b) => b[1] - a[1]).slice(0, MOST);
  localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(list)));
}

/** Forgets it: she checks again. */
export function dropProof(set: string): void {
  const { [set]: _, ...rest } = all();
  localStorage.setItem(KEY, JSON.stringify(rest));
}
