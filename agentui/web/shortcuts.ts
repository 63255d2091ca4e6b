// Function keys for hands that hold a pen: they work while typing, are not
// character keys (WCAG 2.1.4), and leave the browser's own keys alone. They act
// only where their button is on the screen and usable, by pressing it.

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

/** Listens for the keys. arm marks that F9 was pressed once. */
export function listenForShortcuts(snapshot: () => Snapshot, app: App, arm: (at: number) => void): void {
  addEventListener("keydown", (e) => {
    if (e.repeat || e.ctrlKey || e.altKey || e.metaKey) return;
    const s = snapshot();
    if (!s.shortcutsOn) return; // all of them, ? too: it is a character (WCAG 2.1.4)
    if (s.locked && e.key !== "F2" && e.key !== "F9") return; // what else there is, is covered
    if (e.key === "?" && !inText(e.target)) {
      if (s.view?.offer) return; // nothing is laid over Answer
      app.openShortcuts();
      e.preventDefault();
      return;
    }
    const act = action((e.shiftKey ? "Shift+" : "") + e.key, s, app, arm);
    if (!act) return;
    e.preventDefault();
    act();
  });
}

function action(key: string, s: Snapshot, app: App, arm: (at: number) => void): (() => void) | null {
  const view = s.view;
  if (!view || s.link === "elsewhere" || s.link === "replaced") return null;
  switch (key) {
    case "F2":
      return view.offer && soundHere(view) ? app.answer : view.offer ? null : view.wrapup ? app.finishWrapUp : null;
    case "Shift+F2":
      return view.offer ? app.decline : null;
    case "F4":
      return view.call && soundHere(view) ? app.toggleMute : null;
    case "Shift+F4":
      return view.call ? app.openKeypad : null;
    case "F8":
      return view.call && !view.call.stage ? app.toggleHold : null;
    case "Shift+F8":
      return view.call && !view.call.connecting && !view.call.stage ? app.openTransfer : null;
    case "F9":
      if (!view.call) return null;
      // Twice, because nothing brings a caller back.
      return Date.now() - s.hangUpArmed <= AGAIN_MS ? app.hangUp : () => arm(Date.now());
    default:
      return null;
  }
}

function inText(t: EventTarget | null): boolean {
  return t instanceof HTMLElement && (t.isContentEditable || t.matches("input:not([type=radio], [type=checkbox]), textarea, select"));
}
