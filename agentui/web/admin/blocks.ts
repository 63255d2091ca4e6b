// Who is blocked: why, by whom, until when. Never a number.

import { html, nothing, type TemplateResult } from "lit";
import { dayAndTime } from "../format";
import { button } from "../parts";
import { refusal } from "../i18n/problems";
import type { Block, NewBlock } from "./api";
import { fieldError, mended } from "./refused";
import type { Scene } from "./state";

export function blocks(scene: Scene): TemplateResult {
  const { s, w, a } = scene;
  if (!s.blocks) return html`<p class="hint">${w.loading}</p>`;
  return html`${s.blocks.length === 0 ? html`<p class="empty">${a.noBlocks}</p>` : html`<div class="cards">${s.blocks.map((b) => block(scene, b))}</div>`}
    ${add(scene)}<p class="hint">${a.blockRules}</p>`;
}

function block(scene: Scene, b: Block): TemplateResult {
  const { s, a, act } = scene;
  const who = b.kind === "prefix" ? a.blockPrefix(`+${b.prefix ?? ""}`) : a.blockKinds[b.kind] ?? b.kind;
  const own = b.by === s.user;
  return html`<section class="card trunk" aria-label=${who}><h3>${who} <span class="tag ${b.waits ? "bad" : "ok"}">${b.waits ? a.blockWaits : b.approved ? a.blockApproved(b.approved) : a.blockDay}</span></h3>
    <p>${a.blockActions[b.action] ?? b.action}</p>
    <dl class="facts">
      <div><dt>${a.blockReason}</dt><dd>${a.blockReasons[b.reason] ?? b.reason}${b.note ? html` · ${b.note}` : nothing}</dd></div>
      <div><dt>${a.blockBy}</dt><dd>${b.by}, ${dayAndTime(b.added, s.lang)}</dd></div>
      <div><dt>${a.blockEnds}</dt><dd>${dayAndTime(b.ends, s.lang)}${b.waits ? html` <span class="hint">${a.blockAsked(dayAndTime(b.expires, s.lang))}</span>` : nothing}</dd></div>
      ${s.role === "admin" && b.kind === "caller" ? nothing : html`<div><dt>${a.blockHits}</dt><dd>${a.blockHitsSaid(b.hits, b.last_hit ? dayAndTime(b.last_hit, s.lang) : "")}</dd></div>`}
    </dl>
    <div class="do">${b.approved && !b.waits ? nothing : button({ label: b.waits ? a.blockApprove : a.blockLonger, id: `approve-${b.id}`, kind: b.waits ? "primary" : "plain",
        reason: own ? a.blockOwn : undefined, click: () => act.approveBlock(b.id, b.waits ? 0 : 24 * 7), busy: s.busy === "block" })}
      ${button({ label: a.blockRemove, id: `remove-${b.id}`, kind: "ghost", click: () => confirm(a.blockRemoveAsk) && act.removeBlock(b.id), busy: s.busy === "block" })}</div></section>`;
}

function add(scene: Scene): TemplateResult {
  const { s, a, act } = scene;
  const save = async (e: SubmitEvent) => {
    e.preventDefault();
    const form = e.currentTarget as HTMLFormElement;
    const d = new FormData(form);
    const kind = String(d.get("kind"));
    const whom = String(d.get("whom")).trim();
    const n: NewBlock = {
      action: String(d.get("action")), reason: String(d.get("reason")), note: String(d.get("note")).trim(), hours: Number(d.get("hours")),
      ...(kind === "withheld" ? { withheld: true } : kind === "prefix" ? { prefix: whom } : { number: whom }),
    };
    const some = kind === "withheld" || /[0-9]{3}/.test(whom.replaceAll(/[^0-9]/g, ""));
    const hours = n.hours >= 1 && n.hours <= 8760;
    if (!mended(form, { "block-whom": some ? "" : a.blockNumberWrong, "block-hours": hours ? "" : a.blockHoursWrong })) return;
    const no = await act.addBlock(n);
    if (!no) form.reset();
    else mended(form, { "block-whom": no.code === "invalid_number" || no.code === "invalid_prefix" ? refusal(no, s.lang) : "", "block-hours": no.code === "invalid_hours" ? refusal(no, s.lang) : "" });
  };
  const choice = (name: string, label: string, from: Record<string, string>) => html`<div class="field"><label for="block-${name}">${label}</label>
    <select id="block-${name}" name=${name}>${Object.entries(from).map(([v, words]) => html`<option value=${v}>${words}</option>`)}</select></div>`;
  return html`<form class="card stack" novalidate @submit=${save}><h3>${a.blockAdd}</h3><div class="grid">
      ${choice("kind", a.blockWhom, a.blockKinds)}
      <div class="field"><label for="block-whom">${a.blockNumber}</label><input id="block-whom" name="whom" type="tel" autocomplete="off" maxlength="32" aria-describedby="block-whom-help">
        <p class="help" id="block-whom-help">${a.blockNumberHelp}</p>${fieldError("block-whom")}</div>
      ${choice("action", a.blockAction, a.blockActions)}${choice("reason", a.blockReason, a.blockReasons)}
      <div class="field"><label for="block-hours">${a.blockHours}</label><input id="block-hours" name="hours" type="number" min="1" max="8760" value="24" aria-describedby="block-hours-help">
        <p class="help" id="block-hours-help">${a.blockHoursHelp}</p>${fieldError("block-hours")}</div>
      <div class="field"><label for="block-note">${a.blockNote}</label><input id="block-note" name="note" maxlength="200" autocomplete="off"></div></div>
    <div><button type="submit" class="btn primary ${s.busy === "block" ? "busy" : ""}"><span class="label">${a.blockAdd}</span></button></div></form>`;
}
