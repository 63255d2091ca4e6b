// Function keys for hands that hold a pen: they work while typing, are not
// character keys (WCAG 2.1.4), and leave the browser's own keys alone. They act
// only where their button is on the screen and usable, by pressing it.

import { actionOf, fits, nameOf, unfinished, type Action } from "./keys";
import type { App } from "./volunteer/app";
import { soundHere, type Snapshot } from "./store";

const KEY = "sahut.shortcuts";

/** Whether the volunteer uses the keys; kept in this browser. */
export function shortcutsKept(): boolean {
  return localStorage.getItem(KEY) !== "off";
}

export function keepShortcuts(on: boolean): void {
  localStorage.setItem(KEY, on ? "on" : "off");
}

const AGAIN_MS = 2000;

/** Listens for the keys. arm marks that the key to hang up was pressed once. */
export function listenForShortcuts(snapshot: () => Snapshot, app: App, arm: (at: number) => void): void {
  // First of all who changes a key: the press is its new name, nothing else.
  addEventListener("keydown", (e) => {
    const changing = snapshot().rebinding;
    if (!changing) return;
    e.preventDefault();
    e.stopImmediatePropagation();
    if (e.key === "Escape") app.changeKey("");
    else if (!unfinished(e) && !e.repeat) app.useKey(changing, nameOf(e));
  }, { capture: true });
  addEventListener("keydown", (e) => {
    const s = snapshot();
    if (e.repeat || e.metaKey || !s.shortcutsOn) return; // all of them, ? too: it is a character (WCAG 2.1.4)
    if (e.key === "?" && !e.ctrlKey && !e.altKey && !inText(e.target)) {
      if (s.view?.offer || s.locked) return; // nothing is laid over Answer
      app.openShortcuts();
      e.preventDefault();
      return;
    }
    const name = nameOf(e);
    const what = fits(name) ? actionOf(s.keys, name) : null;
    if (!what || (s.locked && !(what === "answer" && s.view?.offer) && what !== "hangUp" && what !== "sos")) return; // what else there is, is covered
    const act = press(what, s, app, arm);
    if (!act) return;
    e.preventDefault();
    act();
  });
}

function press(what: Action, s: Snapshot, app: App, arm: (at: number) => void): (() => void) | null {
  const view = s.view;
  if (!view || s.link === "elsewhere" || s.link === "replaced") return null;
  const call = view.call;
  switch (what) {
    case "answer":
      return view.offer && soundHere(view) ? app.answer : view.offer ? null : view.wrapup ? app.finishWrapUp : null;
    case "decline":
      return view.offer ? app.decline : null;
    case "mute":
      return call && soundHere(view) ? app.toggleMute : null;
    case "keypad":
      return call ? app.openKeypad : null;
    case "hold":
      return call && !call.stage ? app.toggleHold : null;
    case "transfer":
      return call && !call.connecting && !call.stage ? app.openTransfer : null;
    case "sos": // never takes it back: a second press in fright must not send help away
      return call && !call.connecting && !call.role && !call.sos ? () => app.sos(true) : null;
    case "hangUp":
      if (!call) return null;
      // Twice, because nothing brings a caller back.
      return Date.now() - s.hangUpArmed <= AGAIN_MS ? app.hangUp : () => arm(Date.now());
  }
}

function inText(t: EventTarget | null): boolean {
  return t instanceof HTMLElement && (t.isContentEditable || t.matches("input:not([type=radio], [type=checkbox]), textarea, select"));
}
