// How it went, by the keyboard: 1 to 9 mark the choices of the wrap-up, and where
// there are more than nine, two digits do, 01 to 99. They are digits of her note
// while she writes in it, and off with the other shortcuts (WCAG 2.1.4).

import type { Snapshot } from "./store";

/** The digits that mark choice i, or nothing. */
export function digits(s: Snapshot, i: number): string {
  const many = s.dispositions.length > 9;
  return !s.shortcutsOn || i > 98 ? "" : many ? String(i + 1).padStart(2, "0") : String(i + 1);
}

/** The choice the typed digits stand for now; "" none; "more": one digit is to come. */
export function marked(s: Snapshot, typed: string): { code: string } | "" | "more" {
  if (!typed || s.view?.state !== "wrapup" || !s.view.wrapup || s.dialog || s.locked || s.link !== "live" || !s.shortcutsOn) return "";
  const i = s.dispositions.findIndex((_, n) => digits(s, n) === typed);
  if (i >= 0) return { code: s.dispositions[i]!.code };
  return s.dispositions.some((_, n) => digits(s, n).startsWith(typed)) ? "more" : "";
}

const NEXT_MS = 2500; // between the two digits

/** Listens for them; typing shows the digit that waits for another. */
export function listenForDigits(snapshot: () => Snapshot, choose: (disposition: string) => void, typing: (digit: string) => void): void {
  let timer = 0;
  const wait = (digit: string) => {
    clearTimeout(timer);
    typing(digit);
    if (digit) timer = window.setTimeout(() => typing(""), NEXT_MS);
  };
  addEventListener("keydown", (e) => {
    const first = snapshot().digit;
    if (e.repeat || e.ctrlKey || e.altKey || e.metaKey || inText(e.target) || !/^[0-9]$/.test(e.key)) return;
    const what = marked(snapshot(), first + e.key);
    if (first || what) wait(what === "more" ? e.key : "");
    if (!what) return;
    e.preventDefault();
    if (what !== "more") choose(what.code);
  });
}

function inText(t: EventTarget | null): boolean {
  return t instanceof HTMLElement && (t.isContentEditable || t.matches("input:not([type=radio], [type=checkbox]), textarea, select"));
}
