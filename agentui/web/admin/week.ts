// A week as a calendar: the way to other weeks, what is to be said of it, and its
// days. The shift plan and the opening hours are shown by it.

import { html, nothing, type TemplateResult } from "lit";
import { at, clock, dayName, range, zoneName } from "../format";
import { button } from "../parts";
import type { Scene } from "./state";

export interface WeekDay { date: string; from: string; to: string }
interface Span { from: string; to: string }

interface Shown<D extends WeekDay> {
  id: string; // of the heading, and the beginning of the buttons'
  zone: string; // whose days they are
  days: D[];
  said: TemplateResult | string; // of the whole week
  wrong: boolean; // what is said is a warning
  print?: boolean;
  turn(by: number): void;
  day(d: D): TemplateResult;
}

export function week<D extends WeekDay>({ s, a }: Scene, w: Shown<D>): TemplateResult {
  return html`<section class="stack week-box" aria-labelledby="${w.id}-title"><div class="week-head"><h3 id="${w.id}-title">${range(w.days[0]!.date, w.days.at(-1)!.date, s.lang)}</h3><span class="grow"></span>
      <div class="week-do">${button({ label: a.weekBefore, id: `${w.id}-before`, kind: "ghost", click: () => w.turn(-1) })}${button({ label: a.weekNow, id: `${w.id}-now`, kind: "ghost", click: () => w.turn(0) })}
        ${button({ label: a.weekAfter, id: `${w.id}-after`, kind: "ghost", click: () => w.turn(1) })}${w.print ? button({ label: a.print, kind: "ghost", click: () => print() }) : nothing}</div></div>
    <p role="status" class=${w.wrong ? "banner warn" : "hint"}>${w.said}</p>
    <ol class="week">${w.days.map((d) => day({ s, a }, w, d))}</ol><p class="hint">${a.shiftsZone(w.zone, zoneName(w.zone))}</p></section>`;
}

function day<D extends WeekDay>({ s, a }: Pick<Scene, "s" | "a">, w: Shown<D>, d: D): TemplateResult {
  const today = at(d.from) <= Date.now() && Date.now() < at(d.to);
  return html`<li class="week-day ${today ? "today" : ""}"><h4>${dayName(d.date, s.lang)}${today ? html` <span class="tag">${a.today}</span>` : nothing}</h4>${w.day(d)}</li>`;
}

/** From when to when, by the clock of the zone. */
export function span({ s, a }: Scene, d: WeekDay, x: Span, zone: string): TemplateResult {
  const end = at(x.to) === at(d.to) ? (s.lang === "id" ? "24.00" : "24:00") : clock(at(x.to), s.lang, zone);
  return html`<span class="span">${clock(at(x.from), s.lang, zone)}–${end}</span>${at(x.to) > at(d.to) ? html`<sup aria-hidden="true">+1</sup><span class="visually-hidden"> ${a.nextDay}</span>` : nothing}`;
}
