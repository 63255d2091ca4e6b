// A first look around: a card that points at one thing after the other. It takes no
// focus, covers nothing that rings, and is gone when it was skipped, until whoever
// presses a button with data-tour asks for it again.

import { html, nothing, render } from "lit";
import type { Lang } from "./format";
import { button } from "./parts";

export interface TourStep { at: string; text: string } // at: a selector; a step whose thing is not there is left out
export interface TourWords { again: string; title: string; next: string; skip: string; done: string; step: (n: number, of: number) => string }

const KEY = "sahut.tour.";

/** Whether somebody saw the tour of this page in this browser. */
export function toured(page: string): boolean {
  return localStorage.getItem(KEY + page) === "seen";
}

/** The tour of one page. */
export class Tour {
  private n = 0;
  private asked = false;
  private last: [lang: Lang, allowed: boolean] = ["en", false];
  private readonly card = document.createElement("aside");
  private pointed: Element | null = null;

  constructor(private page: string, private steps: (lang: Lang) => TourStep[], private words: (lang: Lang) => TourWords) {
    this.card.className = "tour";
    this.card.hidden = true;
    document.body.append(this.card);
    addEventListener("keydown", (e) => { if (e.key === "Escape" && !this.card.hidden && !document.querySelector("dialog[open]")) this.end(); });
    addEventListener("click", (e) => { if (e.target instanceof Element && e.target.closest("[data-tour]")) this.again(); });
  }

  /** Draws it, or not: allowed says that nothing more important is on the screen. */
  show(lang: Lang, allowed: boolean): void {
    this.last = [lang, allowed];
    const list = !this.asked && toured(this.page) || !allowed ? [] : this.steps(lang).filter((s) => document.querySelector(s.at)?.getClientRects().length);
    const step = list[Math.min(this.n, list.length - 1)];
    this.card.hidden = !step;
    this.point(step ? document.querySelector(step.at) : null);
    if (!step) return void render(nothing, this.card);
    const w = this.words(lang);
    const last = this.n >= list.length - 1;
    this.card.setAttribute("aria-label", w.title);
    render(html`<p class="hint">${w.title} · ${w.step(Math.min(this.n, list.length - 1) + 1, list.length)}</p><p role="status">${step.text}</p>
      <div class="do">${last ? nothing : button({ label: w.next, kind: "primary", id: "tour-next", click: () => { this.n++; this.show(lang, allowed); } })}
      ${button({ label: last ? w.done : w.skip, kind: last ? "primary" : "ghost", id: "tour-end", click: () => this.end() })}</div>`, this.card);
  }

  private again(): void {
    this.n = 0;
    this.asked = true;
    this.show(...this.last);
  }

  private end(): void {
    this.asked = false;
    localStorage.setItem(KEY + this.page, "seen");
    this.card.hidden = true;
    this.point(null);
  }

  private point(at: Element | null): void {
    if (at === this.pointed) return;
    this.pointed?.classList.remove("tour-at");
    at?.classList.add("tour-at");
    if (at) at.scrollIntoView({ block: "nearest" });
    this.pointed = at;
  }
}
