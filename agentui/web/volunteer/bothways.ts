// How the two hear each other, in words: each direction is as good as the worse of
// the two legs it runs over, and whose leg that is decides what helps.

import { html, nothing, type TemplateResult } from "lit";
import type { TalkQuality } from "../messages";
import { button, icon } from "../parts";
import { soundHere, type Quality, type Snapshot } from "../store";
import type { Scene } from "./app";

/** One direction: how it is, and whose line makes it so. */
export interface Direction { quality: Quality; whose: "mine" | "hers" }

const rank: Record<Quality, number> = { good: 0, fair: 1, poor: 2 };

function worse(mine: Quality | null | undefined, hers: Quality | null | undefined): Direction | null {
  if (!mine && !hers) return null;
  return rank[hers ?? "good"] > rank[mine ?? "good"] ? { quality: hers!, whose: "hers" } : { quality: mine ?? "good", whose: "mine" };
}

/** How she hears the caller, and the caller her; null where nobody knows. */
export function bothWays(s: Snapshot): { hears: Direction | null; heard: Direction | null } {
  const t = s.link === "live" ? s.talk : null; // the server's word is as old as the wire
  // What her own browser measured is newer than what it reported to the server.
  return { hears: worse(s.sound.quality ?? t?.you_in?.grade, t?.caller_in?.grade), heard: worse(t?.you_out?.grade, t?.caller_out?.grade) };
}

/** No sound comes from the caller, as far as her own browser knows. */
export function soundGone(s: Snapshot): boolean {
  return soundHere(s.view) && (s.sound.phase !== "live" || !!s.sound.fault || s.sound.quality === "poor");
}

/** The worse of the two, for the bar on top. */
export function overall(s: Snapshot): Quality | null {
  const { hears, heard } = bothWays(s);
  if (!hears && !heard) return null;
  return rank[heard?.quality ?? "good"] > rank[hears?.quality ?? "good"] ? heard!.quality : hears?.quality ?? heard!.quality;
}

/** Both directions, with what helps where one is not good. */
export function soundInWords({ s, w, app }: Scene): TemplateResult | typeof nothing {
  if (!soundHere(s.view) || s.sound.fault || s.view?.call?.held || s.view?.call?.connecting) return nothing;
  const { hears, heard } = bothWays(s);
  if (!hears && !heard) return nothing;
  const bad = [hears, heard].filter((d) => d && d.quality !== "good") as Direction[];
  const mine = bad.some((d) => d.whose === "mine");
  const cause = (d: Direction | null) => (!d || d.quality === "good" || (d === hears && heard && heard.quality !== "good" && heard.whose === d.whose) ? "" : d.whose === "mine" ? w.soundMine : w.soundHers);
  const words = [hears && w.hears[hears.quality], cause(hears), heard && w.heard[heard.quality], cause(heard)].filter(Boolean).join(" ");
  if (bad.length === 0) return html`<p class="hint both-ways" id="both-ways">${icon("link")}<span>${words}</span></p>`;
  const poor = bad.some((d) => d.quality === "poor");
  return html`<div class="call-out ${poor ? "bad" : "warn"} both-ways" id="both-ways">${icon("link")}<span>${words} ${mine && s.sound.slow && !s.sound.opus && s.sound.line !== "fast" ? w.slowNext : mine && poor && otherDevice(s) ? w.phoneAfter : nothing}</span>
    ${mine ? button({ label: w.repairSound, click: app.repairSound, busy: s.sound.phase === "restarting" }) : nothing}</div>`;
}

/** Another device of hers that calls could ring on, or null. */
export function otherDevice(s: Snapshot): "phone" | "mobile" | null {
  const may = s.view?.devices ?? [];
  return may.includes("mobile") ? "mobile" : may.includes("phone") ? "phone" : null;
}

/** The server's figures of the legs, for the details. */
export function legFigures({ s, w }: Scene): TemplateResult | typeof nothing {
  const t = s.talk;
  if (!t) return nothing;
  const percent = (x: number) => new Intl.NumberFormat(s.lang, { style: "percent", maximumFractionDigits: 1 }).format(x);
  const row = (key: keyof Scene["w"]["legs"], way: TalkQuality["you_in"]) => way ? html`<dt>${w.legs[key]}</dt><dd>${percent(way.loss)} · ${way.jitter_ms} ms</dd>` : nothing;
  return html`${row("you_out", t.you_out)}${row("caller_in", t.caller_in)}${row("caller_out", t.caller_out)}`;
}
