// Call-backs: the offer of one, listening to who picked up, and what the caller says
// about being called. Nobody is heard before she says so.

import { html, nothing, type TemplateResult } from "lit";
import { dayAndMinute } from "../format";
import type { BackView, SafetyNote } from "../messages";
import { button, icon } from "../parts";
import { patience, soundHere, waits } from "../store";
import { key, type Scene } from "./app";
import { meter } from "./check";

/** What is special about an offer that is a call-back. */
export function offered({ s, w }: Scene): TemplateResult | typeof nothing {
  const b = s.view!.offer!.callback;
  if (!b) return nothing;
  return html`<p class="call-out">${icon("phone")}<span><b>${w.backOffer}</b> ${w.backOfferLead} ${b.safe === "yes" && b.until ? html`${w.backSafeUntil(dayAndMinute(b.until, s.lang))} ` : nothing}${w.backAttempt(b.attempts + 1, b.most)}${s.messages.some((m) => m.id === b.id) ? html` ${w.backMessage}` : nothing}</span></p>`;
}

/** Something picked up: she hears it, and is not heard. */
export function listening(scene: Scene): TemplateResult {
  const { s, w, app } = scene;
  const c = s.view!.call!;
  return html`<div class="stage-head call-head"><div><p class="eyebrow"><span class="ping" aria-hidden="true"></span>${w.backListening}</p>
      <h2 id="stage-title" tabindex="-1">${w.backListenTitle}</h2><p class="lead">${c.caller}</p></div></div>
    <p class="call-out warn">${icon("micOff")}<span>${w.backNotHeard}</span></p>
    <section class="script" aria-labelledby="script-title"><h3 id="script-title">${w.backScript}</h3><ul>${w.backScriptLines.map((l) => html`<li>${l}</li>`)}</ul></section>
    ${soundHere(s.view) ? meter(scene) : nothing}
    <div class="answer-row one">${button({ label: w.backSpeak, click: app.toggleMute, kind: "go", size: "xl", icon: "mic", key: key(s, "mute"), busy: waits(s, "mute"), id: "speak" })}</div>
    <div class="choices">${button({ label: w.backOther, click: app.otherPerson, kind: "warn", size: "lg", id: "other", busy: waits(s, "callback.other") })}
      ${button({ label: w.backMachine, click: app.hangUpNow, kind: "stop", size: "lg", icon: "hangup", id: "machine", busy: waits(s, "hangup") })}</div>
    <p class="hint">${w.backOtherHint}</p>`;
}

/** Somebody else is on the phone after all. */
export function otherAfterAll({ s, w, app }: Scene): TemplateResult | typeof nothing {
  const c = s.view!.call!;
  if (!c.callback || c.connecting) return nothing;
  return html`<div class="do">${button({ label: w.backOther, click: app.otherPerson, kind: "warn", id: "other", busy: waits(s, "callback.other") })}</div>`;
}

/** Whether it is safe to call her, and whether somebody will. */
export function back({ s, w, app }: Scene, b: BackView | undefined): TemplateResult | typeof nothing {
  if (!b) return nothing;
  const save = (e: SubmitEvent) => {
    e.preventDefault();
    const d = new FormData(e.currentTarget as HTMLFormElement);
    const answer = String(d.get("safe"));
    const note: SafetyNote = { may_call: answer === "no" ? "no" : answer === "unknown" ? "" : "yes" };
    if (answer === "times") {
      note.zone = String(d.get("zone"));
      note.windows = [{ days: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], from: String(d.get("from")), to: String(d.get("to")) }];
    }
    app.noteSafety(note);
  };
  const one = (value: string, label: string, on: boolean) => html`<label class="chip"><input type="radio" name="safe" value=${value} required .checked=${on}><span>${label}</span></label>`;
  return html`<section class="after" aria-labelledby="back-title"><div><h3 id="back-title">${w.backTitle}</h3>
      <p>${b.safe === "yes" ? w.backSafeUntil(dayAndMinute(b.until, s.lang)) : b.safe === "no" ? w.backUnsafe : w.backUnknown}</p></div>
    <label class="switch"><input type="checkbox" id="promise" .checked=${b.promised} @click=${patience(s, "callback.promise")} @change=${(e: Event) => app.promise((e.target as HTMLInputElement).checked)}><span>${w.backPromise}</span></label>
    ${s.view!.call ? html`<fieldset class="chips"><legend>${w.cutQuestion}</legend><div class="chips">${(["we_call", "she_calls", "nothing"] as const).map((plan) => html`<label class="chip"><input type="radio" name="if-cut" value=${plan} id="cut-${plan}"
        .checked=${b.if_cut === plan} @click=${patience(s, "callback.cut")} @change=${() => app.agreeCut(plan)}><span>${w.cutPlans[plan]}</span></label>`)}</div></fieldset>` : nothing}
    ${b.promised && !b.answered ? html`<p class="call-out warn">${icon("warn")}<span>${w.backAsk}</span></p>` : nothing}
    <form class="safety" @submit=${save}><fieldset class="chips"><legend>${w.backQuestion}</legend>${one("yes", w.backYes, b.answered === "yes")}${one("times", w.backTimes, false)}${one("no", w.backNo, b.answered === "no")}${b.safe ? one("unknown", w.backChanged, false) : nothing}</fieldset>
      <div class="safe-times"><div class="field inline"><label for="safe-from">${w.backFrom}</label><input type="time" id="safe-from" name="from" value="08:00"></div>
        <div class="field inline"><label for="safe-to">${w.backTo}</label><input type="time" id="safe-to" name="to" value="12:00"></div>
        <div class="field inline"><label for="safe-zone">${w.backZone}</label><select id="safe-zone" name="zone">${["WIB", "WITA", "WIT"].map((z) => html`<option>${z}</option>`)}</select></div></div>
      <button type="submit" class="btn plain ${waits(s, "safety") ? "busy" : ""}" id="safety"><span class="label">${w.backNote}</span></button></form></section>`;
}
