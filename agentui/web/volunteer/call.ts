// The stage while a call rings or runs.

import { html, nothing, type TemplateResult } from "lit";
import { at, spell, timer } from "../format";
import { shown } from "../keys";
import { button, icon } from "../parts";
import { muted, patience, soundHere, waits } from "../store";
import { key, type Scene } from "./app";
import { soundInWords } from "./bothways";
import { faultCard, meter } from "./check";
import { back, listening, offered, otherAfterAll } from "./callback";
import { note } from "./note";
import { sos, sosButton, third, watched } from "./room";
import { talkSafety } from "./talksafety";

/** A call rings. Answer is the one thing to see. */
export function offer({ s, w, app }: Scene): TemplateResult {
  const o = s.view!.offer!;
  const answering = waits(s, "accept");
  const left = (now: number) => at(o.expires) - now - s.offset;
  const span = Math.max(1, at(o.expires) - at(s.view!.since));
  return html`<div class="stage-head ringing"><p class="eyebrow"><span class="ping" aria-hidden="true"></span>${o.consult ? w.consultOffer : w.incoming}</p>
      <h2 id="stage-title" class="huge" tabindex="-1">${o.label}</h2>
      ${said(w, o)}
      ${o.safety?.length ? html`<ul class="marks">${o.safety.map((m) => html`<li>${icon("warn")}<span>${w.safetyMarks[m]}</span></li>`)}</ul>` : nothing}
      ${offered({ s, w, app })}
      ${o.back ? html`<p class="lead"><b>${w.cameBack}</b></p>` : nothing}
      ${o.given_by ? html`<p class="lead"><b>${o.consult ? w.consultBy(o.given_by) : w.givenBy(o.given_by)}</b></p>` : nothing}
      <p class="lead">${who(w, o.caller)}${o.consult ? nothing : html` · <sahut-tick role="timer" .text=${(now: number) => w.waitingFor(spell(now + s.offset - at(o.waiting_since), s.lang))}></sahut-tick>`}</p>
      ${o.before ? html`<p class="lead">${w.before(o.before)}</p>` : nothing}</div>
    ${soundHere(s.view) ? nothing : html`<p class="call-out speak">${icon("phone")}<span>${w.answerOn[device(s)]}</span></p>`}
    <div class="answer-row ${soundHere(s.view) ? "" : "one"}">
      ${!soundHere(s.view) ? nothing : button({ label: w.answer, click: app.answer, kind: "go", size: "xl", icon: "phone", key: key(s, "answer"), busy: answering, reason: waits(s, "decline") ? w.slow : undefined })}
      ${button({ label: w.decline, click: app.decline, kind: "plain", size: "lg", key: key(s, "decline"), busy: waits(s, "decline") })}</div>
    <div class="count-down"><sahut-bar .share=${(now: number) => left(now) / span}></sahut-bar>
      <p class="hint">${answering ? w.answering : html`<sahut-tick role="timer" .text=${(now: number) =>
        left(now) > 0 ? (o.consult || o.given_by || o.back || o.callback ? w.ringsFor : w.nextIn)(spell(Math.ceil(left(now) / 1000) * 1000, s.lang)) : w.nextNow}></sahut-tick>`}</p></div>`;
}

/** A call runs, or the caller is on hold. */
export function call(scene: Scene): TemplateResult {
  const { s, w, app } = scene;
  const c = s.view!.call!;
  if (c.stage) return dialling(scene);
  if (c.listening) return listening(scene);
  const out = c.direction === "out";
  const here = soundHere(s.view);
  return html`<div class="stage-head call-head">
      <div><h2 id="stage-title" tabindex="-1">${c.held ? w.heldTitle(c.label) : out ? w.talkingOut : w.talkingTo(c.label)}</h2>
      <p class="lead">${out ? c.caller : html`${who(w, c.caller)} · ${w.waited(spell(c.wait_ms, s.lang))}`}</p></div>
      <p class="timer"><span class="visually-hidden">${w.talkTime}: </span><sahut-tick role="timer" .text=${(now: number) => timer(now + s.offset - at(c.started), s.lang)}></sahut-tick></p></div>
    ${watched(scene)}${third(scene)}
    ${talkSafety(scene, c.talk_safety)}
    ${conditions(scene)}
    ${here ? meter(scene) : nothing}
    ${inReach(scene)}
    <div class="tiles">
      ${button({ label: w.keypad, click: app.openKeypad, kind: "tile", icon: "keypad", key: key(s, "keypad") })}
      ${button({ label: w.transfer, click: app.openTransfer, kind: "tile", icon: "transfer", key: key(s, "transfer"), busy: waits(s, "transfer"),
        reason: c.connecting ? w.noTransfer : undefined, id: "transfer" })}
      ${scene.later?.silentTile(scene) ?? nothing}
    </div>
    ${scene.later?.silentPanel(scene) ?? nothing}
    ${sos(scene)}
    ${c.role ? nothing : note(scene)}
    ${otherAfterAll(scene)}
    ${c.connecting ? nothing : back(scene, c.back)}
    ${wishes(scene)}
    ${scene.later?.abuse(scene) ?? nothing}
    ${afterwards(scene)}`;
}

// inReach is what must be in reach wherever she reads or writes: it stays at the
// lower edge of the window.
function inReach(scene: Scene): TemplateResult {
  const { s, w, app } = scene;
  const c = s.view!.call!;
  const asks = c.third?.stage === "ringing" || c.third?.stage === "consult"; // there are buttons of its own to end that
  return html`<div class="in-reach" role="group" aria-label=${w.callControls}>
      <div role="status">${s.speaksMuted ? html`<p id="speaks-muted">${icon("micOff")}<span>${w.speaksMuted}</span></p>` : nothing}</div>
      ${s.hangUpArmed ? html`<p role="alert">${w.hangUpAgain(shown(s.keys.hangUp))}</p>` : nothing}
      ${soundHere(s.view) ? button({ label: muted(s) ? w.unmute : w.mute, click: app.toggleMute, icon: muted(s) ? "micOff" : "mic", key: key(s, "mute"), on: muted(s), busy: waits(s, "mute"), id: "mute" }) : nothing}
      ${!c.held ? button({ label: w.hold, click: app.toggleHold, icon: "pause", key: key(s, "hold"), busy: waits(s, "hold"), id: "hold" })
        : asks ? nothing : button({ label: w.resume, click: app.toggleHold, kind: "primary", icon: "play", key: key(s, "hold"), busy: waits(s, "resume"), id: "hold" })}
      ${sosButton(scene)}
      ${c.held && c.third ? nothing : button({ label: w.hangUp, click: app.hangUp, kind: "stop", icon: "hangup", key: key(s, "hangUp"), busy: waits(s, "hangup"), id: "hang-up" })}</div>`;
}

// said is what the caller told by keys: danger first, and never missed.
function said(w: Scene["w"], c: { danger?: boolean; language?: string; topic?: string }): TemplateResult | typeof nothing {
  const more = [c.language ? w.speaks(c.language) : "", c.topic ? w.topic(c.topic) : ""].filter(Boolean).join(" · ");
  return html`${c.danger ? html`<p class="call-out bad said">${icon("warn")}<span><b>${w.danger}</b></span></p>` : nothing}
    ${more ? html`<p class="lead">${more}</p>` : nothing}`;
}

/** What the caller would like the next time; the number stays unknown to everybody. */
export function wishes({ s, w, app }: Scene): TemplateResult | typeof nothing {
  const c = s.view?.call;
  if (c?.direction === "out" || c?.connecting) return nothing;
  const one = (what: "same" | "never", label: string) => html`<label class="chip"><input type="checkbox" .checked=${s.wish === what}
    @click=${patience(s, "wish")} @change=${() => app.wish(what)}><span>${label}</span></label>`;
  return html`<fieldset class="chips wishes"><legend>${w.wishQuestion}</legend>${one("same", w.wishSame)}${one("never", w.wishNever)}</fieldset>`;
}

// dialling: a call of hers that nobody answered yet. Hang up is all there is to do.
function dialling(scene: Scene): TemplateResult {
  const { s, w, app } = scene;
  const c = s.view!.call!;
  return html`<div class="stage-head call-head">
      <div><p class="eyebrow"><span class="ping" aria-hidden="true"></span>${c.stage === "ringing" ? w.ringingOut : w.dialling}</p>
      <h2 id="stage-title" tabindex="-1">${w.callingTo(c.caller)}</h2>
      <p class="lead">${soundHere(s.view) ? w.diallingLead : w.diallingOn[device(s)]}</p></div>
      <p class="timer small"><span class="visually-hidden">${w.talkTime}: </span><sahut-tick role="timer" .text=${(now: number) => timer(now + s.offset - at(c.started), s.lang)}></sahut-tick></p></div>
    ${s.sound.fault && soundHere(s.view) ? faultCard(scene, s.sound.fault) : nothing}
    <div class="hang-up">${button({ label: w.hangUp, click: app.hangUp, kind: "stop", size: "lg", icon: "hangup", key: key(s, "hangUp"), busy: waits(s, "hangup") })}
      ${s.hangUpArmed ? html`<p class="hint" role="alert">${w.hangUpAgain(shown(s.keys.hangUp))}</p>` : nothing}</div>`;
}

function device(s: Scene["s"]): "phone" | "mobile" {
  return s.view?.device === "mobile" ? "mobile" : "phone";
}

// conditions says in words what is out of the ordinary in this call.
function conditions(scene: Scene): TemplateResult {
  const { s, w } = scene;
  const c = s.view!.call!;
  return html`
    ${said(w, c)}
    ${c.connecting ? html`<p class="call-out">${icon("clock")}<span>${c.direction === "out" ? w.connectingOut : w.connecting}</span></p>` : nothing}
    ${soundHere(s.view) ? nothing : html`<p class="call-out">${icon("phone")}<span>${w.talkOn[device(s)]}</span></p>`}
    ${c.held && !c.third ? html`<p class="call-out warn">${icon("pause")}<span>${w.heldLead}</span></p>` : nothing}
    ${muted(s) ? html`<p class="call-out warn">${icon("micOff")}<span>${w.mutedLead}</span></p>` : nothing}
    ${s.sound.fault ? faultCard(scene, s.sound.fault) : nothing}
    ${soundInWords(scene)}
    ${c.keys ? html`<p class="keys"><span>${w.keysPressed}</span> ${[...c.keys].map((k) => html`<b class="key">${k}</b>`)}</p>` : nothing}`;
}

/** What follows this call: the choice stands while the call or its wrap-up lasts. */
export function afterwards({ s, w, app }: Scene): TemplateResult {
  const next = s.view!.next || "ready";
  const words = next === "paused" ? w.afterPaused : next === "offline" ? w.afterOffline : w.afterReady;
  return html`<section class="after" aria-labelledby="after-title"><div><h3 id="after-title">${w.afterCall}</h3><p>${words}</p></div>
    <div class="after-choice">
      ${next !== "ready" ? button({ label: w.stayReady, click: app.ready, kind: "plain", busy: waits(s, "ready") }) : nothing}
      ${next !== "paused" ? button({ label: w.pause, click: app.openPause, kind: "plain", busy: waits(s, "pause") }) : nothing}
      ${next !== "offline" ? button({ label: w.endShift, click: app.endShift, kind: "plain", busy: waits(s, "shift.end") }) : nothing}
    </div></section>`;
}

function who(w: Scene["w"], masked: string): string {
  return masked === "" || masked === "anonymous" ? w.anonymousCaller : w.caller(masked);
}
