// What a supervisor on shift sees beside the stage: the running talks, and who calls
// for help.

import { html, nothing, type TemplateResult } from "lit";
import { at, timer } from "../format";
import type { Mode } from "../messages";
import { button, icon } from "../parts";
import { waits } from "../store";
import type { Scene } from "./app";

/** A supervisor's list of running talks, and of those who call for help. */
export function floor({ s, w, app }: Scene): TemplateResult | typeof nothing {
  const f = s.view?.floor;
  if (!f) return nothing;
  const start: Mode[] = ["listen", "whisper", "barge", "take_over"];
  return html`<section class="card floor" aria-labelledby="floor-title"><h2 id="floor-title">${w.floorTitle}</h2>
    ${f.sos.map((o) => html`<div class="call-out bad sos-call" role="alert">${icon("warn")}<span><b>${w.sosOf(o.name)}</b> · ${o.label} ·
      <sahut-tick role="timer" .text=${(now: number) => timer(now + s.offset - at(o.raised), s.lang)}></sahut-tick>
      <br>${o.answered ? w.sosAnswered(o.answered) : o.you ? w.sosYou : w.sosCalled(o.called.join(", "))}</span>
      ${o.answered ? nothing : button({ label: w.sosGo, click: () => app.answerSos(o.contact), kind: "primary", id: `sos-${o.contact}`, busy: waits(s, "sos.answer"), reason: f.may ? undefined : w.floorBusy })}</div>`)}
    ${(f.debriefs ?? []).map((d) => html`<div class="call-out">${icon("cup")}<span><b>${w.debriefOf(d.name)}</b></span>${button({ label: w.debriefHeld, click: () => app.debriefHeld(d.agent), id: `debrief-${d.agent}`, busy: waits(s, "debrief.held") })}</div>`)}
    ${f.talks.length === 0 ? html`<p class="hint">${w.floorNone}</p>` : html`<ul class="floor-talks">${f.talks.map((t) => html`<li><p><b>${t.name}</b> · ${t.label} ·
        <sahut-tick role="timer" .text=${(now: number) => timer(now + s.offset - at(t.started), s.lang)}></sahut-tick>${t.held ? ` · ${w.floorHeld}` : ""}${t.third ? ` · ${w.floorThird}` : ""}</p>
      ${(t.watched ?? []).map((v) => html`<p class="hint">${v.name}: ${w.modes[v.mode]}</p>`)}
      ${t.may ? html`<p class="hint">${w.notices[t.may as keyof typeof w.notices]?.("") ?? ""}</p>` : !f.may ? nothing
        : html`<div class="choices" role="group" aria-label=${w.superviseOf(t.name)}>${start.map((m) => button({ label: w.modes[m], id: `${m}-${t.contact}`, click: () => app.supervise(t.contact, m), busy: waits(s, "supervise") }))}</div>`}</li>`)}</ul>`}
    ${f.may ? nothing : html`<p class="hint">${w.floorBusy}</p>`}</section>`;
}
