// The page while it is locked: what must not wait for a password, and the way
// back. Nothing else is drawn, so nothing can be read or reached.

import { html, nothing, type TemplateResult } from "lit";
import { at, timer } from "../format";
import { shown } from "../keys";
import { button, icon } from "../parts";
import { soundHere, waits } from "../store";
import { key, type Scene } from "./app";
import { shownState } from "./header";

export function locked(scene: Scene): TemplateResult {
  const { s, w, app } = scene;
  const v = s.view, call = v?.call;
  const send = (e: SubmitEvent) => {
    e.preventDefault();
    const form = e.currentTarget as HTMLFormElement;
    app.unlock(String(new FormData(form).get("password")));
    form.reset();
  };
  return html`<main class="desk locked"><section class="card stage" id="stage" aria-labelledby="stage-title" tabindex="-1">
      <div class="state-pill" role="status" data-state=${shownState(scene)}>${icon("lock")}<span>${v?.offer ? w.incoming : call ? w.state[shownState(scene)] : w.locked}</span></div>
      ${call ? html`<p class="timer"><span class="visually-hidden">${w.talkTime}: </span><sahut-tick role="timer" .text=${(now: number) => timer(now + s.offset - at(call.started), s.lang)}></sahut-tick></p>` : nothing}
      ${v?.offer && soundHere(v) ? html`<div class="answer-row one">${button({ label: w.answer, click: app.answer, kind: "go", size: "xl", icon: "phone", key: key(s, "answer"), busy: waits(s, "accept") })}</div>` : nothing}
      ${call ? html`<div class="hang-up">${button({ label: w.hangUp, click: app.hangUp, kind: "stop", size: "lg", icon: "hangup", key: key(s, "hangUp"), busy: waits(s, "hangup") })}
        ${s.hangUpArmed ? html`<p class="hint" role="alert">${w.hangUpAgain(shown(s.keys.hangUp))}</p>` : nothing}</div>` : nothing}
      ${call && !call.role && !call.connecting && !call.stage ? call.sos ? html`<p class="call-out bad" role="status">${icon("warn")}<b>${call.sos.answered ? w.sosAnswered(call.sos.answered) : w.sosRaised}</b></p>`
        : html`<div class="sos">${button({ label: w.sos, click: () => app.sos(true), kind: "warn", icon: "warn", key: key(s, "sos"), id: "sos", busy: waits(s, "sos") })}</div>` : nothing}
      <h1 id="stage-title" tabindex="-1">${w.lockedTitle}</h1><p class="lead">${call ? w.lockedCall : w.lockedLead}</p>
      ${s.link === "signed_out" ? html`<p><a class="btn primary" href="/signin?lang=${s.lang}">${w.bannerSignIn}</a></p>` : html`<form class="unlock" @submit=${send}>
        <div class="field"><label for="unlock-password">${w.unlockPassword(s.agent)}</label><input id="unlock-password" name="password" type="password" required autocomplete="current-password" aria-describedby="unlock-trouble" ?aria-invalid=${s.unlockTrouble === "wrong"}></div>
        <button type="submit" class="btn primary lg ${s.unlocking ? "busy" : ""}" id="unlock"><span class="label">${w.unlock}</span></button>
        <p id="unlock-trouble" role="alert">${s.unlockTrouble ? w.unlockTrouble[s.unlockTrouble] : nothing}</p></form>`}
    </section></main>`;
}
