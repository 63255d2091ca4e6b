// Who waits and why she still does, and closing a queue now.

import { html, nothing, type TemplateResult } from "lit";
import { at, clock, languageName, timer } from "../format";
import { button, dialog, icon } from "../parts";
import type { WaitingCaller, Why } from "./api";
import type { Scene } from "./state";

/** What the parts below need of a page; the wallboard uses them too. */
interface Floor {
  s: Pick<Scene["s"], "lang" | "busy" | "closing"> & { trouble?: string; status: { queues: { queue: string; label: string }[] | null } | null };
  w: Scene["w"];
  a: Scene["a"];
  act: Pick<Scene["act"], "askClosing" | "openQueue" | "closeQueue">;
}

/** Everybody who waits, in the order they are served. */
export function waiting(scene: Scene, time: number): TemplateResult | typeof nothing {
  const { s, a } = scene;
  if (s.waiting.length === 0) return nothing;
  return html`<section class="stack" aria-labelledby="waiting-title"><h3 id="waiting-title">${a.whoWaits}</h3>
    <div class="table-box" tabindex="0" role="group" aria-label=${a.whoWaits}><table class="rows"><thead><tr><th scope="col">${a.place}</th><th scope="col">${a.columns.number}</th>
      <th scope="col">${a.queueCol}</th><th scope="col" class="num">${a.columns.wait}</th><th scope="col">${a.waitState}</th><th scope="col"><span class="visually-hidden">${a.whyAsk}</span></th></tr></thead>
      <tbody>${s.waiting.map((c) => line(scene, c, time))}</tbody></table></div></section>`;
}

function line(scene: Scene, c: WaitingCaller, time: number): TemplateResult {
  const { s, a, act } = scene;
  const open = s.why?.contact === c.contact;
  const label = s.status?.queues?.find((q) => q.queue === c.queue)?.label ?? c.queue;
  return html`<tr><th scope="row" data-label=${a.place}>${c.place}</th><td data-label=${a.columns.number}>${c.caller === "anonymous" ? a.withheld : c.caller}</td><td data-label=${a.queueCol}>${label}</td>
      <td class="num" data-label=${a.columns.wait}>${timer(time - at(c.since), s.lang)}</td>
      <td data-label=${a.waitState}><span class="tags">${c.danger ? html`<span class="tag bad">${a.inDanger}</span> ` : nothing}${c.class !== "normal" && !c.danger ? html`<span class="tag warn">${a.classes[c.class] ?? c.class}</span> ` : nothing}
        ${c.callback ? html`<span class="tag">${a.sections.callbacks}</span> ` : nothing}${c.unmet ? html`<span class="tag bad">${a.unmet}</span>` : c.ringing ? html`<span class="tag ok">${a.ringsAt(c.ringing)}</span>` : nothing}</span></td>
      <td class="num">${button({ label: open ? a.whyClose : a.whyAsk, id: `why-${c.contact}`, kind: "ghost", click: () => act.lookWhy(open ? "" : c.contact) })}</td></tr>
    ${open ? html`<tr class="why"><td colspan="6">${why(scene, s.why!, time)}</td></tr>` : nothing}`;
}

/** Why one caller still waits: a reason for each volunteer. */
export function why({ s, a }: { s: Pick<Scene["s"], "lang">; a: Scene["a"] }, y: Why, time: number): TemplateResult {
  const needs = [y.needs.language ? a.needLanguage(languageName(y.needs.language, s.lang)) : "", y.needs.gender ? a.needGender[y.needs.gender] ?? "" : "", y.needs.topic ? a.needTopic(y.needs.topic) : ""].filter(Boolean);
  const left = (t: string) => timer(Math.max(0, at(t) - time), s.lang);
  return html`<div class="why-body">
    <p>${needs.length ? html`${a.needs} <b>${needs.join(", ")}</b>. ` : nothing}${y.unmet ? html`<b>${a.unmetLead}</b> ` : nothing}${y.next ? html`${a.nextStep(left(y.next))} ` : nothing}${y.exit ? a.exitAt(clock(at(y.exit), s.lang)) : nothing}</p>
    ${y.agents.length === 0 ? html`<p class="empty">${a.nobodyInQueue}</p>` : html`<ul class="reasons">${y.agents.map((g) => html`<li><b>${g.name || g.agent}</b>
      <span>${g.reason === "paused" && g.detail === "login" ? a.notReadyYet : a.reasons[g.reason] ?? g.reason}${g.until ? html` <span class="hint">${a.stillFor(left(g.until))}</span>` : nothing}</span></li>`)}</ul>`}</div>`;
}

/** The buttons that close a queue now, or open it again. */
export function gate({ s, a, act }: Pick<Floor, "a" | "act"> & { s: Pick<Floor["s"], "busy"> }, queue: string, closed?: string): TemplateResult {
  if (closed === "closed_now") return html`<span class="tag warn">${a.closedNow}</span> ${button({ label: a.openNow, id: `open-${queue}`, kind: "ghost", click: () => act.openQueue(queue), busy: s.busy === "closing" })}`;
  return html`${closed ? html`<span class="tag">${a.closedHours}</span> ` : nothing}${button({ label: a.closeNow, id: `close-${queue}`, kind: "ghost", click: () => act.askClosing(queue) })}`;
}

/** Asks for how long and why. */
export function closingDialog({ s, w, a, act }: Floor): TemplateResult {
  const label = s.status?.queues?.find((q) => q.queue === s.closing)?.label ?? s.closing;
  const submit = (e: SubmitEvent) => {
    e.preventDefault();
    const f = new FormData(e.currentTarget as HTMLFormElement);
    act.closeQueue(Number(f.get("minutes")), String(f.get("reason") ?? ""));
  };
  return dialog(s.closing !== "", a.closeTitle(label), () => act.askClosing(""), html`<form class="stack" @submit=${submit}><h2>${a.closeTitle(label)}</h2><p class="hint">${a.closeLead}</p>
    <div class="field"><label for="close-minutes">${a.closeFor}</label><select id="close-minutes" name="minutes">${[30, 60, 120, 240, 480, 1440].map((m) => html`<option value=${m} ?selected=${m === 60}>${a.hoursMinutes(m)}</option>`)}</select></div>
    <div class="field"><label for="close-reason">${a.closeWhy}</label><input id="close-reason" name="reason" maxlength="80" autocomplete="off"></div>
    <div role="alert" class="said">${s.trouble ? html`<p class="banner bad">${icon("warn")}<span>${s.trouble}</span></p>` : nothing}</div>
    <div class="do"><button type="submit" class="btn primary ${s.busy === "closing" ? "busy" : ""}"><span class="label">${a.closeNow}</span></button>${button({ label: w.cancel, click: () => act.askClosing("") })}</div></form>`);
}
