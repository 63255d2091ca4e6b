// The bar on top: who, in which state, how the line is; and the menu.

import { html, nothing, type TemplateResult } from "lit";
import { icon, mark } from "../parts";
import type { AgentState } from "../messages";
import type { Scene } from "./app";
import { overall } from "./bothways";

/** The state the screen is in; without a word from the server, reconnecting. */
export function shownState({ s }: Scene): AgentState {
  if (!s.view) return s.link === "retrying" ? "reconnecting" : "offline";
  if (s.link === "signed_out" && !s.view.call) return "offline";
  if ((s.link === "retrying" || s.link === "signed_out") && s.view.state !== "offline") return "reconnecting";
  return s.view.state;
}

/** The state in words. */
export function stateWords(scene: Scene): string {
  const { s, w } = scene;
  const state = shownState(scene);
  if ((!s.view && s.link !== "live") || (s.link === "signed_out" && state === "offline")) return w.linkNames[s.link];
  if (state === "ready" && s.ringLocked) return w.stateRingLocked;
  if (state === "paused" && s.view?.reason === "login") return w.stateLogin;
  return w.state[state];
}

export function header(scene: Scene): TemplateResult {
  const { s, w, app } = scene;
  const state = shownState(scene);
  return html`<header class="bar">
    <h1 class="brand">${mark()}<span class="brand-name">${w.product}</span></h1>
    <div class="state-pill" role="status" data-state=${state} ?data-silent=${state === "ready" && s.ringLocked}><span class="state-dot" aria-hidden="true"></span><span>${stateWords(scene)}</span></div>
    ${s.view || s.link === "retrying" ? html`<p class="link ${lineMood(scene)}">${icon("link")}<span>${lineWords(scene)}</span></p>` : nothing}
    <span class="grow"></span>
    <button type="button" class="btn ghost wide-only" lang=${s.lang === "en" ? "id" : "en"} @click=${app.switchLang}><span class="label">${w.otherLanguage}</span></button>
    <details class="menu" @focusout=${closeOnLeave} @click=${closeOnChoice} @keydown=${closeOnEscape}>
      <summary class="btn ghost">${icon("menu")}<span class="label who">${s.name || "…"}</span></summary>
      <div class="menu-list">
        <p class="menu-note">${w.signedInAs(s.name || s.agent)}</p>
        ${s.role === "admin" || s.role === "supervisor" ? html`<a class="btn ghost" href="/admin?lang=${s.lang}" target="_blank">${w.admin}</a>` : nothing}
        <button type="button" class="btn ghost" @click=${app.openShortcuts}>${icon("keyboard")}<span class="label">${w.shortcuts}</span>${s.shortcutsOn ? html`<kbd aria-hidden="true">?</kbd>` : nothing}</button>
        <button type="button" class="btn ghost narrow-only" lang=${s.lang === "en" ? "id" : "en"} @click=${app.switchLang}><span class="label">${w.otherLanguage}</span></button>
        <button type="button" class="btn ghost" data-tour><span class="label">${w.tour.again}</span></button>
        <button type="button" class="btn ghost" id="lock" @click=${app.lock}>${icon("lock")}<span class="label">${w.lock}</span></button>
        ${signOut(scene)}
      </div>
    </details>
  </header>`;
}

function signOut({ s, w, app }: Scene): TemplateResult {
  const onShift = !!s.view && s.view.state !== "offline";
  return html`<button type="button" class="btn ghost" aria-disabled=${onShift ? "true" : nothing}
      aria-describedby=${onShift ? "why-signout" : nothing} @click=${() => !onShift && app.signOut()}
    ><span class="label">${w.signOut}</span></button>
    ${onShift ? html`<p class="menu-note" id="why-signout">${w.signOutFirst}</p>` : nothing}`;
}

function lineWords({ s, w }: Scene): string {
  const link = w.linkNames[s.link];
  const quality = overall(s);
  return s.link === "live" && quality ? `${link} · ${w.quality[quality]}` : link;
}

function lineMood({ s }: Scene): string {
  if (s.link !== "live") return "bad";
  const quality = overall(s);
  return quality === "poor" ? "bad" : quality === "fair" ? "warn" : "ok";
}

function closeOnLeave(e: FocusEvent): void {
  const menu = e.currentTarget as HTMLDetailsElement;
  if (e.relatedTarget instanceof Node && !menu.contains(e.relatedTarget)) menu.open = false;
}

// It closes before what was chosen acts: a dialog that opens then gives the focus
// back to the menu, which is still there.
const closeOnChoice = {
  capture: true,
  handleEvent(e: Event): void {
    if (e.target instanceof Element && e.target.closest(".menu-list :is(button:not([aria-disabled]), a)")) close(e);
  },
};

function closeOnEscape(e: KeyboardEvent): void {
  if (e.key === "Escape" && (e.currentTarget as HTMLDetailsElement).open) close(e);
}

function close(e: Event): void {
  const menu = e.currentTarget as HTMLDetailsElement;
  menu.querySelector("summary")!.focus();
  menu.open = false;
}
