// The way to a volunteer, in words: whether there is one, and how it sounds.

import type { Quality } from "../store";
import type { Line, Scene } from "./state";

export interface Health { words: string; mood: "bad" | "warn" | "ok" | "" }

const rank: Record<Quality, number> = { good: 0, fair: 1, poor: 2 };

/** What is to be said about her sound; no words when nothing is known. */
export function health({ s, b }: Pick<Scene, "s" | "b">, g: Line): Health {
  if (g.device && g.device !== "browser") return { words: b.byDevice[g.device] ?? "", mood: "" };
  const path = s.board!.paths[g.agent];
  if (path !== "connected") return { words: path ? b.connecting : b.noSound, mood: "bad" };
  const q = s.board!.quality?.[g.agent];
  if (!q || (!q.in && !q.out)) return { words: "", mood: "" };
  const into = rank[q.in ?? "good"], out = rank[q.out ?? "good"];
  const worst = Math.max(into, out);
  const words = worst === 0 ? b.soundGood : into === out ? b.bothWays[worst]! : into > out ? b.hears[into]! : b.heard[out]!;
  const talks = g.state === "talking" || g.state === "held" || g.state === "assisting";
  // What was is no alarm: she may have moved since.
  return { words: talks ? words : b.lastTalk(words), mood: !talks ? "" : worst === 2 ? "bad" : worst === 1 ? "warn" : "ok" };
}
