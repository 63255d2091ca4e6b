// What opens over the stage: the reasons of a pause, the keypad, the keys' list.

import { html, nothing, type TemplateResult } from "lit";
import { button, dialog, icon } from "../parts";
import type { Scene } from "./app";

export function dialogs(scene: Scene): TemplateResult {
  return html`${pauseDialog(scene)}${keypadDialog(scene)}${shortcutsDialog(scene)}`;
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

function shortcutsDialog(scene: Scene): TemplateResult {
  const { s, w, app } = scene;
  const list: [string, string][] = [
    ["F2", w.keysList.answer], ["Shift + F2", w.keysList.decline], ["F4", w.keysList.mute], ["Shift + F4", w.keysList.keypad],
    ["F8", w.keysList.hold], ["Shift + F8", w.keysList.transfer], ["F9", w.keysList.hangUp], ["?", w.keysList.help],
  ];
  return dialog(s.dialog === "shortcuts", w.shortcuts, app.closeDialog, html`${head(scene, w.shortcuts)}
    <dl class="keys-list">${list.map(([k, what]) => html`<dt><kbd>${k}</kbd></dt><dd>${what}</dd>`)}</dl>
    <label class="switch"><input type="checkbox" .checked=${s.shortcutsOn} @change=${(e: Event) => app.useShortcuts((e.target as HTMLInputElement).checked)}><span>${w.shortcutsUse}</span></label>
    <p class="hint">${w.shortcutsHint}</p>`);
}
