// My shifts, beside the stage: what runs and when it ends, and the next seven
// days. Who is not in the plan sees nothing of it.

import { html, nothing, type TemplateResult } from "lit";
import { at, clock, dayOf, hours, spell } from "../format";
import { icon } from "../parts";
import type { PlannedShift, ShiftView } from "../messages";
import type { Scene } from "./app";

export function myShifts(scene: Scene): TemplateResult | typeof nothing {
  const { s, w } = scene;
  const now = s.view?.shift;
  const next = (s.shifts?.shifts ?? []).filter((x) => !now || at(x.from) >= at(now.to) || at(x.to) <= at(now.from));
  if (!now && next.length === 0) return nothing;
  return html`<section class="card my-shifts" aria-labelledby="shifts-title"><h2 id="shifts-title">${w.shifts}</h2>
    ${now ? running(scene, now) : nothing}
    ${next.length ? html`<ol class="day-list">${next.map((x) => shift(scene, x))}</ol>` : html`<p class="hint">${w.shiftsNoMore}</p>`}</section>`;
}

// running says kindly how much is left of it, or that it is time to come.
function running({ s, w }: Scene, v: ShiftView): TemplateResult {
  const here = s.view?.state !== "offline";
  const to = clock(at(v.to), s.lang);
  const whole = (ms: number) => spell(Math.max(1, Math.ceil(ms / 60_000)) * 60_000, s.lang);
  const words = (now: number) => !v.now ? w.shiftIn(clock(at(v.from), s.lang), whole(at(v.from) - now - s.offset))
    : !here ? w.shiftRuns(clock(at(v.from), s.lang), to) : w.shiftEnds(to, whole(at(v.to) - now - s.offset));
  return html`<div class="shift-now ${v.ending && here ? "ending" : ""}"><p>${icon(v.ending && here ? "cup" : "clock")}<b><sahut-tick .text=${words}></sahut-tick></b></p>
    ${v.ending && here ? html`<p class="hint">${w.shiftEndingLead}</p>` : nothing}</div>`;
}

function shift({ s, w }: Scene, x: PlannedShift): TemplateResult {
  const queues = s.view?.queues ?? [];
  const some = x.queues.length < queues.length ? x.queues.map((q) => queues.find((o) => o.queue === q)?.label ?? q).join(", ") : "";
  return html`<li><time datetime=${x.from}>${dayOf(at(x.from), s.lang)}</time><div><p><b>${hours(at(x.from), at(x.to), s.lang)}</b>${dayOf(at(x.from), s.lang) === dayOf(at(x.to) - 1, s.lang) ? nothing : html` <span class="hint">${w.shiftNextDay}</span>`}</p>
    ${x.label || some ? html`<p class="hint">${[x.label, some].filter(Boolean).join(" · ")}</p>` : nothing}</div></li>`;
}
