// The calls behind one figure, on the reports and on the wallboard.

import { html, nothing, type TemplateResult } from "lit";
import { at, count, dayAndTime, spell, type Lang } from "../format";
import type { Words } from "../i18n";
import type { BoardWords } from "../i18n/board-en";
import type { ReportWords } from "../i18n/report-en";
import { button, dialog } from "../parts";
import type { Behind, Count } from "./state";

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

/** Figures that are made of time have no calls behind them. */
export function hasCalls(figure: string): boolean {
  return !["occupancy", "utilisation", "shrinkage", "adherence", "handle_time_p50", "callback_safety", "callback_reach", "heavy_load_max", "heavy_load_p90"].includes(figure);
}

export function behindDialog(k: Behind | null, scene: BehindScene): TemplateResult {
  const { lang, w, b, r } = scene;
  return dialog(!!k, r.callsBehind, scene.close, k ? html`<h2>${figureName(r, k.figure)} · ${scene.of}</h2>
    ${!k.calls ? html`<p class="hint">${w.loading}</p>` : html`<p class="hint">${r.callsFound(count(k.calls.length, lang), k.more)}${k.share ? ` ${r.counted(count(k.calls.filter((c) => c.counts).length, lang))}` : ""}</p>
      <ul class="behind" tabindex="0" aria-label=${r.callsBehind}>${k.calls.map((c) => html`<li><span class="when">${at(c.ended) ? dayAndTime(c.ended, lang) : ""}</span><span>${scene.queue(c.queue)} · ${r.results[c.result] ?? c.result} · ${r.waited(spell(c.wait_ms, lang))} ${k.share && c.counts ? html`<span class="tag on">${r.counts1}</span>` : nothing}</span>
        ${c.contact ? button({ label: b.timeline, kind: "ghost", id: `behind-${c.contact}`, click: () => scene.look(c.contact) }) : nothing}</li>`)}</ul>`}
    <div class="do">${button({ label: w.close, click: scene.close })}</div>` : nothing, "wide");
}
