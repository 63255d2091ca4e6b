// Who waits to be called back: where each stands and whether she may be called.
// Never a number, and nobody here can have her called when she did not say yes.

import { html, nothing, type TemplateResult } from "lit";
import { dayAndMinute } from "../format";
import type { CallbackView, SafetyNote } from "../messages";
import { button } from "../parts";
import type { Scene } from "./state";

export function callbacks(scene: Scene): TemplateResult {
  const { s, w, a } = scene;
  if (!s.callbacks) return html`<p class="hint">${w.loading}</p>`;
  return s.callbacks.length === 0 ? html`<p class="empty">${a.noCallbacks}</p>` : html`<div class="cards">${s.callbacks.map((b) => one(scene, b))}</div>`;
}

function one(scene: Scene, b: CallbackView): TemplateResult {
  const { s, w, a, act } = scene;
  const reason = b.reason ? w.callbackReasons[b.reason] ?? b.reason : "";
  const name = `${b.label}, ${dayAndMinute(b.queued, s.lang)}`;
  const save = (e: SubmitEvent) => {
    e.preventDefault();
    const d = new FormData(e.currentTarget as HTMLFormElement);
    const note: SafetyNote = { may_call: String(d.get("safe")) === "no" ? "no" : "yes" };
    if (d.get("safe") === "times") {
      note.zone = String(d.get("zone"));
      note.windows = [{ days: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], from: String(d.get("from")), to: String(d.get("to")) }];
    }
    act.noteSafety(b.id, note);
  };
  return html`<section class="card trunk" aria-label=${name}><h3>${b.label} <span class="tag ${b.state === "parked" && b.reason?.startsWith("safety_") ? "bad" : "ok"}">${w.callbackStates[b.state]}</span></h3>
    ${reason ? html`<p>${reason}${b.due ? html` · ${w.callbackDue(dayAndMinute(b.due, s.lang))}` : nothing}</p>` : nothing}
    <dl class="facts">
      <div><dt>${a.callbackAsked}</dt><dd>${dayAndMinute(b.queued, s.lang)}${b.by ? html` · ${a.callbackPromisedBy(b.by)}` : nothing}</dd></div>
      ${b.place ? html`<div><dt>${a.callbackPlace}</dt><dd>${b.place}</dd></div>` : nothing}
      <div><dt>${a.callbackTries}</dt><dd>${w.callbackTried(b.attempts, b.most)}</dd></div>
      <div><dt>${a.callbackSafe}</dt><dd>${b.safe === "yes" ? w.backSafeUntil(dayAndMinute(b.until, s.lang)) : b.safe === "no" ? w.backUnsafe : w.backUnknown}
        ${(b.windows ?? []).map((v) => html`<br>${v.from}–${v.to} ${b.zone ?? ""}`)}</dd></div>
      <div><dt>${a.callbackExpires}</dt><dd>${dayAndMinute(b.expires, s.lang)}</dd></div>
    </dl>
    <div class="do">${button({ label: a.callbackNow, id: `call-${b.id}`, kind: "primary", click: () => act.callNow(b.id), busy: s.busy === "callback" })}
      ${button({ label: a.callbackGiveUp, id: `give-up-${b.id}`, kind: "ghost", click: () => act.giveUp(b.id), busy: s.busy === "callback" })}</div>
    <details class="more"><summary>${a.callbackNote}</summary><form class="stack" @submit=${save}>
      <div class="field"><label for="safe-${b.id}">${w.backQuestion}</label><select id="safe-${b.id}" name="safe"><option value="yes">${w.backYes}</option><option value="times">${w.backTimes}</option><option value="no">${w.backNo}</option></select></div>
      <div class="grid"><div class="field"><label for="from-${b.id}">${w.backFrom}</label><input type="time" id="from-${b.id}" name="from" value="08:00"></div>
        <div class="field"><label for="to-${b.id}">${w.backTo}</label><input type="time" id="to-${b.id}" name="to" value="12:00"></div>
        <div class="field"><label for="zone-${b.id}">${w.backZone}</label><select id="zone-${b.id}" name="zone">${["WIB", "WITA", "WIT"].map((z) => html`<option>${z}</option>`)}</select></div></div>
      <p class="hint">${a.callbackNoteHint}</p><div><button type="submit" class="btn plain"><span class="label">${w.backNote}</span></button></div></form></details></section>`;
}
