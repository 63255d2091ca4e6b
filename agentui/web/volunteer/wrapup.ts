// The stage after a call: how it went, in one choice or one key, and what she
// wrote down.

import { html, nothing, type TemplateResult } from "lit";
import { at, spell, timer } from "../format";
import { button, icon } from "../parts";
import { waits } from "../store";
import { key, type Scene } from "./app";
import { afterwards, wishes } from "./call";
import { back } from "./callback";
import { digits } from "../digits";
import { note } from "./note";
import { talkSafety } from "./talksafety";

export function wrapUp(scene: Scene): TemplateResult {
  const { s, w, app } = scene;
  const u = s.view!.wrapup!;
  const left = (now: number) => at(u.until) - now - s.offset;
  const whole = Math.max(1, at(u.until) - at(s.view!.since));
  return html`<div class="stage-head call-head">
      <div><p class="eyebrow">${u.label}</p><h2 id="stage-title" tabindex="-1">${w.callEnded}</h2>
      <p class="lead">${w.endedBy[u.ended_by]} ${w.talkedFor(spell(u.talk_ms, s.lang))}</p></div>
      ${u.open ? nothing : html`<div class="time-left"><p class="timer small"><span class="visually-hidden">${w.wrapUpLeft}: </span><sahut-tick role="timer" .text=${(now: number) => timer(Math.ceil(left(now) / 1000) * 1000, s.lang)}></sahut-tick></p>
      ${u.extendable ? button({ label: w.extend, click: app.extend, icon: "plus", busy: waits(s, "wrapup.extend") }) : nothing}</div>`}</div>
    ${u.open ? nothing : html`<sahut-bar .share=${(now: number) => left(now) / whole}></sahut-bar>`}
    ${talkSafety(scene, u.talk_safety)}
    ${s.dispositions.length > 0 ? html`<fieldset class="chips"><legend>${w.dispositionQuestion}</legend>
      ${s.dispositions.map((d, i) => html`<label class="chip"><input type="radio" name="disposition" value=${d.code} aria-keyshortcuts=${s.dispositions.length <= 9 && digits(s, i) || nothing}
        .checked=${s.disposition === d.code} @change=${() => app.choose(d.code)}><span class=${s.digit && digits(s, i).startsWith(s.digit) ? "near" : ""}>${digits(s, i) ? html`<kbd aria-hidden="true">${digits(s, i)}</kbd>` : nothing}${d.label[s.lang] || d.code}</span></label>`)}</fieldset>
      ${s.dispositions.length > 9 && s.shortcutsOn ? html`<p class="hint" role="status" id="digits">${w.digitsHint(s.digit)}</p>` : nothing}` : nothing}
    ${u.follows ? html`<p class="call-out" role="status">${icon("cup")}<span>${w.restFollows[u.follows]}</span></p>` : nothing}
    ${note(scene)}
    ${back(scene, u.back)}
    <div class="do">${button({ label: w.finishWrapUp, click: app.finishWrapUp, kind: "primary", size: "xl", icon: "check", key: key(s, "answer"), busy: waits(s, "wrapup.finish") })}</div>
    <p class="hint">${w.wrapUpLead}</p>
    ${wishes(scene)}
    ${scene.later?.debrief(scene) ?? nothing}
    ${scene.later?.afterAbuse(scene) ?? nothing}
    ${afterwards(scene)}`;
}
