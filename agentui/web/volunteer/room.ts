// Who else is with the caller: somebody who is asked, supervisors, and the call
// for help. And the screen of whoever is with somebody else's caller.

import { html, nothing, type TemplateResult } from "lit";
import { at, timer } from "../format";
import type { Mode } from "../messages";
import { button, icon } from "../parts";
import { muted, patience, soundHere, waits } from "../store";
import { key, type Scene } from "./app";
import { meter } from "./check";

/** The supervisors who hear this talk: before anything else, and as long as they do. */
export function watched({ s, w }: Scene): TemplateResult | typeof nothing {
  const list = s.view!.call!.watched ?? [];
  if (list.length === 0) return nothing;
  return html`<div class="call-out warn watched" role="status">${icon("headset")}<span>${list.map((v) => html`<b>${w.watchedBy[v.mode](v.name)}</b> `)}</span></div>`;
}

/** Who is asked, or talks with the two, and what can be done about it. */
export function third({ s, w, app }: Scene): TemplateResult | typeof nothing {
  const c = s.view!.call!;
  const t = c.third;
  if (!t) return nothing;
  const there = t.stage !== "ringing";
  return html`<section class="third" aria-labelledby="third-title"><h3 id="third-title">${w.thirdStage[t.stage](t.name)}</h3>
    <p class="hint">${w.thirdHint[t.stage]}</p>
    <div class="after-choice">
      ${there && t.may_complete ? button({ label: w.consultComplete, click: app.completeConsult, kind: "primary", icon: "transfer", id: "consult-complete", busy: waits(s, "consult.complete") }) : nothing}
      ${t.stage === "consult" ? button({ label: w.consultMerge, click: app.mergeConsult, icon: "plus", id: "consult-merge", busy: waits(s, "consult.merge") }) : nothing}
      ${button({ label: t.stage === "joined" ? w.thirdDrop : w.consultBack, click: app.backFromConsult, icon: "cross", id: "consult-back", busy: waits(s, "consult.back") })}
    </div></section>`;
}

/** One press calls a supervisor. It stays in its place, so that a second press in fright does nothing. */
export function sosButton({ s, w, app }: Scene): TemplateResult | typeof nothing {
  const c = s.view!.call!;
  if (c.connecting || c.role) return nothing;
  return button({ label: w.sos, short: "SOS", reason: c.sos ? c.sos.answered ? w.sosAnswered(c.sos.answered) : w.sosRaised : undefined, click: () => app.sos(true), kind: "warn", icon: "warn", key: key(s, "sos"), id: "sos", busy: waits(s, "sos") });
}

/** The call for help stands until she comes or it is taken back. */
export function sos({ s, w, app }: Scene): TemplateResult | typeof nothing {
  const o = s.view!.call!.sos;
  if (!o) return s.view!.call!.connecting ? nothing : html`<p class="hint">${icon("warn")}<span>${w.sosHint}</span></p>`;
  return html`<div class="call-out bad" role="status">${icon("warn")}<span><b>${o.answered ? w.sosAnswered(o.answered) : w.sosRaised}</b>
      ${o.answered ? nothing : html` <sahut-tick role="timer" .text=${(now: number) => timer(now + s.offset - at(o.raised), s.lang)}></sahut-tick> ${o.called.length > 0 ? w.sosCalled(o.called.join(", ")) : w.sosNobody}`}</span>
    ${o.answered ? nothing : button({ label: w.sosBack, click: () => app.sos(false), id: "sos-back", busy: waits(s, "sos") })}</div>`;
}

const modes: Mode[] = ["listen", "whisper", "barge", "take_over"];

/** She is with somebody else's caller. */
export function assisting(scene: Scene): TemplateResult {
  const { s, w, app } = scene;
  const c = s.view!.call!;
  const role = c.role ?? "consulted";
  const supervises = role === "supervisor";
  const listens = supervises && c.mode === "listen";
  return html`<div class="stage-head call-head"><div><h2 id="stage-title" tabindex="-1">${w.assisting[role](c.agent ?? "")}</h2>
      <p class="lead">${c.label}</p></div>
      <p class="timer"><span class="visually-hidden">${w.talkTime}: </span><sahut-tick role="timer" .text=${(now: number) => timer(now + s.offset - at(c.started), s.lang)}></sahut-tick></p></div>
    <p class="call-out">${icon("headset")}<span>${c.connecting ? w.connectingRoom : supervises ? w.modeHint[c.mode ?? "listen"] : w.assistingHint[role]}</span></p>
    ${c.away ? html`<p class="call-out warn" role="status" id="away">${icon("link")}<span>${w.agentAway(c.agent ?? "")}</span></p>`
      : c.held ? html`<p class="call-out warn">${icon("pause")}<span>${w.roomHeld}</span></p>` : nothing}
    ${supervises ? html`<fieldset class="chips"><legend>${w.modeQuestion}</legend><div class="chips">${modes.map((m) => html`<label class="chip"><input type="radio" name="mode" value=${m} id="mode-${m}"
        .checked=${c.mode === m} @click=${patience(s, "supervise")} @change=${() => app.supervise(c.contact, m)} /><span>${w.modes[m]}</span></label>`)}</div></fieldset>` : nothing}
    ${soundHere(s.view) && !listens ? html`${meter(scene)}<div class="tiles">${button({ label: muted(s) ? w.unmute : w.mute, click: app.toggleMute, kind: "tile", icon: muted(s) ? "micOff" : "mic", key: key(s, "mute"), on: muted(s), id: "mute", busy: waits(s, "mute") })}</div>` : nothing}
    <div class="hang-up">${button({ label: w.leaveRoom, click: app.leaveRoom, kind: "stop", size: "lg", icon: "hangup", id: "leave-room", busy: waits(s, "supervise.end") })}</div>`;
}
