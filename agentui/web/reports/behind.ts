// The calls behind one figure, and what a figure is made of, on the reports and on the
// wallboard.

import { html, nothing, type TemplateResult } from "lit";
import type { Kpi } from "../admin/api";
import { at, count, dayAndTime, spell, type Lang } from "../format";
import type { Words } from "../i18n";
import type { BoardWords } from "../i18n/board-en";
import type { ReportWords } from "../i18n/report-en";
import { button, dialog } from "../parts";
import type { Behind, Count, ReportCall } from "./state";

export interface BehindScene {
  lang: Lang;
  w: Words;
  b: BoardWords;
  r: ReportWords;
  of: string; // what part of the report: a row, a queue, today
  queue(id: string): string;
  close(): void;
  look(contact: string): void;
}

/** What a figure is called. */
export function figureName(r: ReportWords, figure: string): string {
  return r.counts[figure as Count] ?? r.kpis[figure]?.[0] ?? figure;
}

/** Figures made of volunteers' time, as the sum of all of them. */
export const ofTime = ["occupancy", "utilisation", "shrinkage", "adherence"];
/** Figures made of volunteers' shifts. */
export const ofShifts = ["heavy_load_max", "heavy_load_p90"];

/** What is one person's is never opened: such a figure says what it is made of instead. */
export function hasCalls(figure: string): boolean {
  return !ofTime.includes(figure) && !ofShifts.includes(figure);
}

/** What a figure is made of and from, under its formula. calls: whether she may open them. */
export function madeOf(r: ReportWords, k: Kpi, lang: Lang, calls: boolean): TemplateResult {
  if (!ofTime.includes(k.id)) {
    return html`<p class="hint">${r.taken(count(k.n, lang), k.unit, k.shown)}</p>${ofShifts.includes(k.id) ? html`<p>${r.noShifts}</p>` : calls ? nothing : html`<p>${r.noCalls}</p>`}`;
  }
  const part = (k.n * k.value) / 100;
  return html`<p>${k.shown ? r.times[k.id]!(spell(part * 1000, lang), spell((k.n - part) * 1000, lang), spell(k.n * 1000, lang)) : r.noTime}</p><p>${r.noIntervals}</p>`;
}

function line(k: Behind, c: ReportCall, { lang, r, queue }: BehindScene): TemplateResult {
  const attempt = c.result.startsWith("back_");
  const time = [attempt || k.figure === "handle_time_p50" ? "" : r.waited(spell(c.wait_ms, lang)), c.took_ms ? r.took[k.figure]?.(spell(c.took_ms, lang)) ?? "" : ""].filter(Boolean);
  return html`<span>${[queue(c.queue), r.results[c.result] ?? c.result, ...time].join(" · ")} ${!k.share ? nothing : c.counts ? html`<span class="tag on">${r.counts1}</span>`
    : k.figure === "callback_safety" ? html`<span class="tag bad">${r.notSafe}</span>` : nothing}</span>`;
}

export function behindDialog(k: Behind | null, scene: BehindScene): TemplateResult {
  const { lang, w, b, r } = scene;
  return dialog(!!k, r.callsBehind, scene.close, k ? html`<h2>${figureName(r, k.figure)} · ${scene.of}</h2>
    ${!k.calls ? html`<p class="hint">${w.loading}</p>` : html`<p class="hint">${r.callsFound(count(k.calls.length, lang), k.more)}${k.share ? ` ${r.counted(count(k.calls.filter((c) => c.counts).length, lang))}` : ""}</p>
      <ul class="behind" tabindex="0" aria-label=${r.callsBehind}>${k.calls.map((c) => html`<li><span class="when">${at(c.ended) ? dayAndTime(c.ended, lang) : ""}</span>${line(k, c, scene)}
        ${c.contact ? button({ label: b.timeline, kind: "ghost", id: `behind-${c.contact}`, click: () => scene.look(c.contact) }) : nothing}</li>`)}</ul>`}
    <div class="do">${button({ label: w.close, click: scene.close })}</div>` : nothing, "wide");
}
