// One key for how it went: 1 to 9 mark the first nine choices of the wrap-up.
// They are letters of her note while she writes in it, and off with the other
// shortcuts (WCAG 2.1.4).

import type { Snapshot } from "./store";

/** The key that marks choice i, or nothing. */
export function digit(s: Snapshot, i: number): string {
  return s.shortcutsOn && i < 9 ? String(i + 1) : "";
}

/** The choice a key stands for now, or "". */
export function marked(s: Snapshot, key: string): string {
  if (s.locked || s.view?.state !== "wrapup" || !s.view.wrapup || s.dialog || s.link !== "live" || !/^[1-9]$/.test(key)) return "";
  const i = Number(key) - 1;
  return digit(s, i) ? s.dispositions[i]?.code ?? "" : "";
}

/** Listens for them. */
export function listenForDigits(snapshot: () => Snapshot, choose: (disposition: string) => void): void {
  addEventListener("keydown", (e) => {
    if (e.repeat || e.ctrlKey || e.altKey || e.metaKey || typing(e.target)) return;
    const code = marked(snapshot(), e.key);
    if (!code) return;
    e.preventDefault();
    choose(code);
  });
}

function typing(t: EventTarget | null): boolean {
  return t instanceof HTMLElement && (t.isContentEditable || t.matches("input:not([type=radio], [type=checkbox]), textarea, select"));
}
