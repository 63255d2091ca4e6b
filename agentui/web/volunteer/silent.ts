// A caller who cannot speak: questions she answers by two keys. And what protects
// the volunteer: the end of an abusive call, a block, a rest.

import { html, nothing, type TemplateResult } from "lit";
import { at, clock } from "../format";
import { blockReasons, silentQuestions } from "../messages";
import { button, icon } from "../parts";
import { waits } from "../store";
import type { Scene } from "./app";

/** The button that opens the questions; pressed again it closes them. */
export function silentTile({ s, w, app }: Scene): TemplateResult | typeof nothing {
  const c = s.view!.call!;
  if (c.held || c.connecting) return nothing;
  return button({ label: w.silentOpen, click: app.toggleSilent, kind: "tile", icon: "handset", on: !!c.silent || s.silentOpen, id: "silent", busy: waits(s, "silent.end") });
}

/** The questions, and what she answered. */
export function silentPanel({ s, w, app }: Scene): TemplateResult | typeof nothing {
  const c = s.view!.call!;
  if (!c.silent && !s.silentOpen || c.held || c.connecting) return nothing;
  const answers = c.silent?.answers ?? [];
  return html`<section class="silent" aria-labelledby="silent-title"><h3 id="silent-title">${w.silentTitle}</h3><p class="hint">${w.silentLead}</p>
    <div class="choices">${silentQuestions.map((q) => button({ label: w.silentQuestions[q], id: `ask-${q}`, click: () => app.askSilent(q),
      on: c.silent?.question === q, busy: waits(s, "silent.ask") }))}</div>
    <div role="log" aria-label=${w.silentAnswers}><ol class="answers">${answers.length === 0 ? html`<li class="hint">${w.silentNone}</li>` : answers.map((a) =>
      html`<li><span>${w.silentQuestions[a.question]}</span> <b class="answer ${a.answer}">${w.silentSaid[a.answer]}</b> <span class="hint">${clock(at(a.at), s.lang)}</span></li>`)}</ol></div></section>`;
}

/** What to do about an abusive call while it runs. */
export function abuse(scene: Scene): TemplateResult | typeof nothing {
  const { s, w, app } = scene;
  const c = s.view!.call!;
  if (c.connecting || c.direction === "out") return nothing;
  return html`<section class="after" aria-labelledby="abuse-title"><div><h3 id="abuse-title">${w.abuseTitle}</h3><p>${w.abuseLead}</p></div>
    <div class="after-choice">${button({ label: w.abuseEnd, click: app.endAbuse, kind: "warn", id: "abuse", busy: waits(s, "abuse.end") })}</div>${block(scene, c.block)}</section>`;
}

/** The same in wrap-up: a rest, and a block. */
export function afterAbuse(scene: Scene): TemplateResult {
  const { s, w, app } = scene;
  const u = s.view!.wrapup!;
  return html`${u.rest ? html`<div class="call-out">${icon("cup")}<span>${w.abuseRest}</span>${button({ label: w.restTake, click: app.rest, kind: "primary", id: "rest", busy: waits(s, "rest") })}</div>` : nothing}
    ${u.block ? html`<section class="after" aria-labelledby="block-title"><div><h3 id="block-title">${w.blockTitle}</h3><p>${w.blockLead}</p></div>${block(scene, u.block)}</section>` : nothing}`;
}

/** Somebody to talk to, after what weighed on her. */
export function debrief({ s, w, app }: Scene): TemplateResult | typeof nothing {
  const d = s.view!.debrief;
  if (!d) return nothing;
  return html`<div class="call-out" id="debrief">${icon("cup")}<span>${d === "asked" ? w.debriefAsked : w.debriefOffer}</span>
    ${d === "asked" ? button({ label: w.debriefBack, click: () => app.debrief(false), id: "debrief-back", busy: waits(s, "debrief") })
      : button({ label: w.debriefAsk, click: () => app.debrief(true), id: "debrief-ask", busy: waits(s, "debrief") })}</div>`;
}

// block marks the caller. The number is nobody's business here.
function block({ s, w, app }: Scene, may: string | undefined): TemplateResult | typeof nothing {
  if (may === "held") return html`<p class="call-out warn">${icon("check")}<span>${w.callerBlocked}</span></p>`;
  if (may !== "may") return nothing;
  return html`<form class="block-form" @submit=${(e: SubmitEvent) => { e.preventDefault(); app.block(String(new FormData(e.currentTarget as HTMLFormElement).get("reason"))); }}>
    <div class="field inline"><label for="block-reason">${w.blockReason}</label><select id="block-reason" name="reason">
      ${blockReasons.map((r) => html`<option value=${r}>${w.blockReasons[r]}</option>`)}</select></div>
    <button type="submit" class="btn plain ${waits(s, "block") ? "busy" : ""}" id="block" aria-busy=${waits(s, "block") ? "true" : nothing}><span class="label">${w.blockDo}</span></button></form>`;
}
