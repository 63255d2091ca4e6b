// The stage while nobody is on the line: off shift, on shift but not ready,
// ready, paused, after missed calls, with broken sound, reconnecting.

import { html, nothing, type TemplateResult } from "lit";
import { at, clock, spell, timer } from "../format";
import { button, icon, type Icon } from "../parts";
import { wrong } from "../soundcheck";
import { soundHere, waits } from "../store";
import type { Scene } from "./app";
import { faultCard, meter, steps } from "./check";
import { note } from "./note";
import { micChoice } from "./side";

export function offShift({ s, w, app }: Scene): TemplateResult {
  return calm("moon", w.hello(new Date(Date.now()).getHours(), s.name), html`<p class="lead">${w.offShift}</p>
    <div class="do">${button({ label: w.startShift, click: app.startShift, kind: "primary", size: "xl", id: "start-shift", busy: waits(s, "shift.start"),
      reason: s.draining ? w.bannerDraining : undefined })}</div>
    <p class="hint">${soundHere(s.view) ? w.startHint : w.startOn[s.view!.device as "phone" | "mobile"]}</p>`);
}

export function ready({ s, w, app }: Scene): TemplateResult {
  const view = s.view!;
  if (s.ringLocked) return muteRing({ s, w, app });
  return calm("phone", soundHere(view) ? w.readyTitle : w.readyOn[view.device as "phone" | "mobile"], html`<p class="lead">${!soundHere(view) ? w.readyAway : matchMedia("(pointer: coarse)").matches ? w.readyFront : w.readyLead}</p>
    <p class="hint">${w.since(clock(at(view.since), s.lang))}</p>
    <div class="do">${button({ label: w.pause, click: app.openPause, icon: "pause", size: "lg", busy: waits(s, "pause") })}
    ${callOut({ s, w, app })}${endShift({ s, w, app })}</div>`, "breathing");
}

// muteRing: she is ready, but her browser would not let it ring. She must not
// believe that she hears the next caller.
function muteRing({ s, w, app }: Scene): TemplateResult {
  return calm("warn", w.ringLockedTitle, html`${faultCard({ s, w, app }, "blocked")}
    <div class="do">${button({ label: w.pause, click: app.openPause, icon: "pause", size: "lg", busy: waits(s, "pause") })}${endShift({ s, w, app })}</div>`);
}

export function paused({ s, w, app, later }: Scene): TemplateResult {
  const view = s.view!;
  const login = view.reason === "login";
  if (view.reason === "decompression") return resting({ s, w, app, later });
  if (view.reason === "load_break") {
    return calm("cup", w.breakTitle, html`<p class="lead">${w.breakLead}</p>${later?.debrief({ s, w, app }) ?? nothing}${backToReady({ s, w, app }, true)}`);
  }
  const reason = s.pauseReasons.find((r) => r.code === view.reason)?.label[s.lang] ?? "";
  return calm(login ? "headset" : "cup", login ? w.onShift : reason ? w.pausedReason(reason) : w.pausedTitle, html`
    <p class="lead">${!login ? w.pausedLead : wrong(s.proof) ? w.proof.lead : w.onShiftLead}</p>
    ${login && soundHere(view) ? later?.proof({ s, w, app }) ?? nothing : nothing}
    ${login ? nothing : html`<p class="hint"><sahut-tick role="timer" .text=${(now: number) => spellSince(view.since, now + s.offset, s.lang)}></sahut-tick></p>`}
    ${backToReady({ s, w, app })}`);
}

// resting: a heavy contact is behind her. It ends by itself.
function resting({ s, w, app, later }: Scene): TemplateResult {
  const until = at(s.view!.until);
  return calm("cup", w.restTitle, html`<p class="lead">${w.restLead}</p>
    ${until ? html`<p class="hint"><sahut-tick role="timer" .text=${(now: number) => w.restUntil(timer(until - now - s.offset, s.lang))}></sahut-tick></p>` : nothing}
    ${later?.debrief({ s, w, app }) ?? nothing}
    ${backToReady({ s, w, app }, true)}`, "breathing");
}

export function notResponding({ s, w, app }: Scene): TemplateResult {
  return calm("warn", w.missedTitle, html`<p class="lead">${w.missedLead}</p>${backToReady({ s, w, app })}`);
}

export function mediaFault(scene: Scene): TemplateResult {
  const { s, w, app } = scene;
  if (!soundHere(s.view)) {
    return calm("phone", w.phoneGone, html`<p class="lead">${w.phoneGoneLead}</p>
      <div class="do">${button({ label: w.ringHere, click: () => app.ringOn("browser"), kind: "primary", size: "xl", busy: waits(s, "device") })}${endShift(scene)}</div>`);
  }
  const proving = s.sound.step !== null && !s.sound.fault;
  return html`<div class="stage-head"><h2 id="stage-title" tabindex="-1">${w.faultTitle}</h2><p class="lead">${w.faultLead}</p></div>
    ${proving ? html`${steps(scene)}${meter(scene)}` : faultCard(scene, s.sound.fault ?? (s.view?.reason === "microphone" ? "mic_unsent" : "no_path"))}
    ${micChoice(scene, "fault-mic")}
    <div class="do">${button({ label: w.ready, click: app.ready, kind: "go", size: "xl", icon: "check", busy: proving || waits(s, "ready") })}
    ${button({ label: w.pause, click: app.openPause, size: "lg", busy: waits(s, "pause") })}${endShift(scene)}</div>`;
}

export function reconnecting(scene: Scene): TemplateResult {
  const { s, w, app } = scene;
  const view = s.view;
  const until = view?.state === "reconnecting" ? at(view.until) : 0;
  const inCall = !!view?.call;
  return calm("link", w.reconnectTitle, html`
    <p class="lead">${inCall ? (s.link === "live" ? w.reconnectCall : nothing) : soundHere(view) ? w.reconnectIdle : w.reconnectPhone}${view?.call?.third ? html` ${w.thirdWaits(view.call.third.name)}` : nothing}</p>
    ${until ? html`<p class="hint"><sahut-tick role="timer" .text=${(now: number) => w.reconnectUntil(timer(until - now - s.offset, s.lang))}></sahut-tick></p>` : nothing}
    ${s.sound.fault ? faultCard(scene, s.sound.fault) : nothing}
    ${inCall && !view.call?.role ? note(scene) : nothing}
    ${s.link === "live" ? html`<div class="do">${button({ label: w.repairSound, click: app.retrySound, size: "lg" })}
      ${inCall ? button({ label: w.hangUp, click: app.hangUp, kind: "ghost", size: "lg", icon: "hangup", busy: waits(s, "hangup") }) : nothing}</div>` : nothing}`, "waiting");
}

/** Another tab has the shift. */
export function elsewhere({ s, w, app }: Scene): TemplateResult {
  return calm("headset", w.elsewhereTitle, html`<p class="lead">${s.link === "replaced" ? w.replacedLead : w.elsewhereLead}</p>
    <div class="do">${button({ label: w.useHere, click: app.useHere, kind: "primary", size: "xl" })}</div>`);
}

/** Her sign-in is over, and she has no call: the server knows her no more. */
export function signedOut({ s, w }: Scene): TemplateResult {
  return calm("lock", w.bannerSignedOut, html`<p class="lead">${w.signedOutLead}</p>
    <div class="do"><a class="btn primary xl" href="/signin?lang=${s.lang}">${w.bannerSignIn}</a></div>`);
}

/** Before the first word of the server. */
export function connecting({ w }: Scene): TemplateResult {
  return calm("link", w.connectingTitle, nothing, "waiting");
}

// backToReady; who rests is not urged.
function backToReady({ s, w, app }: Scene, rests = false): TemplateResult {
  return html`<div class="do">${button({ label: w.ready, click: app.ready, kind: rests ? "plain" : "go", size: rests ? "lg" : "xl", icon: "check", busy: waits(s, "ready") })}
    ${callOut({ s, w, app })}${endShift({ s, w, app })}</div>`;
}

// callOut is there for whom an admin allows it, between contacts.
function callOut({ s, w, app }: Scene): TemplateResult | typeof nothing {
  if (!s.view?.may_dial || (s.view.state !== "ready" && s.view.state !== "paused")) return nothing;
  return button({ label: w.callOut, click: app.openDial, icon: "keypad", size: "lg", busy: waits(s, "dial"), reason: s.draining ? w.bannerDraining : undefined });
}

function endShift({ s, w, app }: Scene): TemplateResult {
  return button({ label: w.endShift, click: app.endShift, kind: "ghost", size: "lg", busy: waits(s, "shift.end") });
}

function calm(sign: Icon, title: string, content: TemplateResult | typeof nothing, motion = ""): TemplateResult {
  return html`<div class="calm"><div class="orb ${motion}" aria-hidden="true">${icon(sign)}</div>
    <h2 id="stage-title" tabindex="-1">${title}</h2>${content}</div>`;
}

function spellSince(since: string, now: number, lang: "en" | "id"): string {
  return spell(Math.floor((now - at(since)) / 60000) * 60000 || now - at(since), lang);
}
