// What opens over the stage: the reasons of a pause, the keypad, the keys' list.

import { html, nothing, type TemplateResult } from "lit";
import type { Target } from "../messages";
import { actions, shown, usualKeys, type Action } from "../keys";
import { button, dialog, icon } from "../parts";
import type { Scene } from "./app";

export function dialogs(scene: Scene): TemplateResult {
  return html`${pauseDialog(scene)}${keypadDialog(scene)}${dialDialog(scene)}${transferDialog(scene)}${shortcutsDialog(scene)}`;
}

function head({ w, app }: Scene, title: string): TemplateResult {
  return html`<div class="dialog-head"><h2>${title}</h2>
    <button type="button" class="btn ghost icon-only" aria-label=${w.close} @click=${app.closeDialog}>${icon("cross")}</button></div>`;
}

function pauseDialog(scene: Scene): TemplateResult {
  const { s, w, app } = scene;
  const busy = !!s.view?.call || !!s.view?.wrapup || !!s.view?.offer;
  const reasons = s.pauseReasons.length > 0 ? s.pauseReasons : [{ code: "pause", label: { en: w.justPause, id: w.justPause } }];
  return dialog(s.dialog === "pause", w.pause, app.closeDialog, html`${head(scene, w.pauseQuestion)}
    ${busy ? html`<p class="hint">${w.pauseAfter}</p>` : nothing}
    <div class="choices">${reasons.map((r) => button({ label: r.label[s.lang] || r.code, click: () => app.pause(r.code), size: "lg" }))}</div>`);
}

const pad = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

function keypadDialog(scene: Scene): TemplateResult {
  const { s, w, app } = scene;
  const typed = (e: KeyboardEvent) => {
    if (!e.ctrlKey && !e.metaKey && !e.altKey && pad.includes(e.key)) app.sendKey(e.key);
  };
  return dialog(s.dialog === "keypad", w.keypadTitle, app.closeDialog, html`${head(scene, w.keypadTitle)}
    <p class="hint">${w.keypadLead}</p>
    <p class="keypad-out"><span class="visually-hidden">${w.keysSent}: </span><output>${s.keysSent || "\u00a0"}</output></p>
    <div class="pad">${pad.map((k) => html`<button type="button" class="btn plain" aria-label=${k === "*" ? w.star : k === "#" ? w.hash : nothing} @click=${() => app.sendKey(k)}>${k}</button>`)}</div>`, "keypad", typed);
}

// dialDialog: a number to call as the helpline.
function dialDialog(scene: Scene): TemplateResult {
  const { s, w, app } = scene;
  return dialog(s.dialog === "dial", w.callOut, app.closeDialog, html`${head(scene, w.callOut)}
    <p class="hint">${w.dialLead}</p>${refused(scene)}
    <form class="dial" @submit=${(e: Event) => { e.preventDefault(); app.dial(); }}>
      ${numberField(scene, "dial-number", w.numberLabel)}
      <div class="pad">${pad.filter((k) => k !== "*" && k !== "#").map((k) => html`<button type="button" class="btn plain ${k === "0" ? "zero" : ""}" @click=${() => app.type((s.number + k).slice(0, 32))}>${k}</button>`)}
        <button type="button" class="btn plain" aria-label=${w.eraseLast} @click=${() => app.type(s.number.slice(0, -1))}>⌫</button></div>
      ${button({ label: w.call, click: app.dial, kind: "go", size: "xl", icon: "phone", reason: s.number.trim() ? undefined : w.numberMissing, id: "dial" })}</form>`, "keypad");
}

// refused is why her last number was not dialled: it has to stand where she looks.
function refused({ s, w }: Scene): TemplateResult | typeof nothing {
  const code = s.told.at(-1)?.notice.code;
  if (code !== "dial_invalid" && code !== "dial_not_allowed") return nothing;
  return html`<p class="call-out bad">${icon("warn")}<span>${w.notices[code]("")}</span></p>`;
}

function numberField({ s, app }: Scene, id: string, label: string): TemplateResult {
  return html`<div class="field"><label for=${id}>${label}</label>
    <input id=${id} type="tel" inputmode="tel" autocomplete="off" maxlength="32" placeholder="0811 2345 6789" .value=${s.number}
      @input=${(e: Event) => app.type((e.target as HTMLInputElement).value)}></div>`;
}

// transferDialog: to a volunteer, a queue or a number; one click gives her away.
function transferDialog(scene: Scene): TemplateResult {
  const { s, w, app } = scene;
  return dialog(s.dialog === "transfer", w.transfer, app.closeDialog, html`${head(scene, w.transferTitle)}
    <p class="hint">${w.transferLead} ${w.askFirstLead}</p>${targets(scene)}`, "wide");
}

function targets(scene: Scene): TemplateResult {
  const { s, w, app } = scene;
  const t = s.targets;
  if (t === "loading") return html`<p class="hint">${w.loading}</p>`;
  if (t === "failed") return html`<p class="hint">${w.targetsFailed}</p>${button({ label: w.tryAgain, click: () => { app.closeDialog(); app.openTransfer(); } })}`;
  const askFirst = (name: string, to: Target, id: string) => (s.view?.call?.third ? nothing : button({ label: w.askFirst(name), click: () => app.consult(to), kind: "ghost", icon: "handset", id }));
  const state = (a: (typeof t.agents)[number]) => (a.state === "ready" ? w.state.ready : w.targetBusy);
  return html`
    <section class="targets" aria-labelledby="to-queue"><h3 id="to-queue">${w.toQueue}</h3>
      <div class="choices">${t.queues.map((q) => html`${button({ label: q.label, click: () => app.transfer({ queue: q.queue }), id: `to-${q.queue}` })}${askFirst(q.label, { queue: q.queue }, `ask-${q.queue}`)}`)}</div></section>
    <section class="targets" aria-labelledby="to-agent"><h3 id="to-agent">${w.toAgent}</h3>
      ${t.agents.length === 0 ? html`<p class="hint">${w.nobodyElse}</p>` : html`<div class="choices">${t.agents.map((a) =>
        html`${button({ label: `${a.name} · ${state(a)}`, click: () => app.transfer({ agent: a.agent }), icon: a.state === "ready" ? "check" : "clock", id: `to-${a.agent}` })}${a.state === "ready" ? askFirst(a.name, { agent: a.agent }, `ask-${a.agent}`) : nothing}`)}</div>`}</section>
    ${t.numbers ? html`<section class="targets" aria-labelledby="to-number"><h3 id="to-number">${w.toNumber}</h3>
      <form class="dial" @submit=${(e: Event) => { e.preventDefault(); if (s.number.trim()) app.transfer({ number: s.number.trim() }); }}>
        ${numberField(scene, "transfer-number", w.numberLabel)}
        ${button({ label: w.transferTo, click: () => app.transfer({ number: s.number.trim() }), icon: "transfer", reason: s.number.trim() ? undefined : w.numberMissing, id: "to-number-do" })}
        ${s.number.trim() ? askFirst(s.number.trim(), { number: s.number.trim() }, "ask-number") : nothing}</form></section>` : nothing}`;
}

// shortcutsDialog: which key does what; each can be another.
function shortcutsDialog(scene: Scene): TemplateResult {
  const { s, w, app } = scene;
  const line = (a: Action) => html`<dt>${s.rebinding === a ? html`<span class="key-new" role="status">${w.keyPress}</span>` : html`<kbd>${shown(s.keys[a])}</kbd>`}</dt><dd><span>${w.keysList[a]}</span>
    <button type="button" class="btn ghost icon-only" id="key-${a}" aria-label=${w.keyChange(w.keysList[a])} aria-pressed=${s.rebinding === a ? "true" : "false"}
      @click=${() => app.changeKey(s.rebinding === a ? "" : a)}>${icon("keyboard")}</button></dd>`;
  return dialog(s.dialog === "shortcuts", w.shortcuts, app.closeDialog, html`${head(scene, w.shortcuts)}
    <dl class="keys-list">${actions.map(line)}<dt><kbd>?</kbd></dt><dd><span>${w.keysList.help}</span></dd></dl>
    <div role="alert">${s.keyTrouble ? html`<p class="call-out warn">${icon("warn")}<span>${s.keyTrouble === "reserved" ? w.keyReserved : w.keyTaken(w.keysList[s.keyTrouble])}</span></p>` : nothing}</div>
    ${actions.some((a) => s.keys[a] !== usualKeys[a]) ? html`<div class="side-do">${button({ label: w.keysUsual, click: app.usualKeys, id: "keys-usual" })}</div>` : nothing}
    <label class="switch"><input type="checkbox" .checked=${s.shortcutsOn} @change=${(e: Event) => app.useShortcuts((e.target as HTMLInputElement).checked)}><span>${w.shortcutsUse}</span></label>
    <p class="hint">${w.shortcutsHint}</p>`);
}
