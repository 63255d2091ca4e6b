// Today's figures: each with its formula, its course, and the calls behind it.

import { html, nothing, svg, type TemplateResult } from "lit";
import { at, clock, count, spell, timer } from "../format";
import { button, dialog } from "../parts";
import { behindDialog, hasCalls, madeOf } from "../reports/behind";
import type { Figures, Scene } from "./state";

/** What stands at the top, and what stands below with the day. */
export const topKpis = ["service_level", "abandon_rate", "average_speed_of_answer"] as const;
export const dayKpis = ["lost_caller_rate", "answer_rate", "wait_p90", "longest_wait", "average_time_to_abandon", "average_handle_time", "occupancy", "blockage"] as const;

/** One figure of today as text, shorter for a television; "–" where there is too little to say. */
export function shown(scene: Pick<Scene, "s">, f: Figures | undefined, id: string, short = false): string {
  const k = f?.kpis.find((x) => x.id === id);
  if (!k || !k.shown) return "–";
  if (short) return k.unit === "percent" ? `${Math.round(k.value)} %` : timer(k.value * 1000, scene.s.lang);
  return k.unit === "percent" ? `${count(Math.round(k.value * 10) / 10, scene.s.lang)} %` : spell(k.value * 1000, scene.s.lang);
}

/** A figure that opens the calls behind it; one of volunteers' time says what it is made of. */
export function opens({ r, act }: Scene, text: string, figure: string, start = "", queue = ""): TemplateResult | string {
  if (text === "–" || text === "0") return text;
  if (!hasCalls(figure)) return html`<button type="button" class="cell" id="b-${figure}" @click=${() => act.explain(figure)}>${text}<span class="visually-hidden"> ${r.openMade}</span></button>`;
  return html`<button type="button" class="cell" id="b-${figure}-${start || queue || "all"}" @click=${() => act.open(figure, start, queue)}>${text}<span class="visually-hidden"> ${r.openCalls}</span></button>`;
}

export function kpi(scene: Scene, id: string): TemplateResult {
  const { s, b, r, act } = scene;
  const t = s.board!.today;
  return html`<div><dt><button type="button" class="formula" id="kpi-${id}" @click=${() => act.explain(id)} title=${b.explain}>${r.kpis[id]![0]}</button></dt>
    <dd>${opens(scene, shown(scene, t.all, id), id)}</dd>${course(t.trends?.[id])}</div>`;
}

/** The figures of the day beside those at the top. */
export function moreOfToday(scene: Scene): TemplateResult {
  return html`<section class="stack" aria-labelledby="today-title"><h2 id="today-title">${scene.b.moreToday}</h2><dl class="figures-big small">${dayKpis.map((id) => kpi(scene, id))}</dl></section>`;
}

const W = 96, H = 22;

/** Runs of hours that have a figure, as points of a line. */
export function runs(list: (number | null)[]): string[] {
  const most = Math.max(1, ...list.map((v) => v ?? 0));
  const out: string[][] = [[]];
  list.forEach((v, i) => {
    if (v === null) out.push([]);
    else out.at(-1)!.push(`${((i / 23) * (W - 4) + 2).toFixed(1)},${(H - 2 - (v / most) * (H - 4)).toFixed(1)}`);
  });
  return out.filter((run) => run.length > 0).map((run) => run.join(" "));
}

// course is a line over the hours of the day; the calls behind say the same.
function course(list: (number | null)[] | undefined): TemplateResult | typeof nothing {
  const all = list ? runs(list) : [];
  if (all.length === 0) return nothing;
  return html`<svg class="course" viewBox="0 0 ${W} ${H}" preserveAspectRatio="none" aria-hidden="true" focusable="false"><line x1="0" x2=${W} y1=${H - 1} y2=${H - 1}></line>${all.map((run) => (run.includes(" ")
    ? svg`<polyline points=${run}></polyline>` : svg`<path class="point" d="M${run}h0"></path>`))}</svg>`;
}

export function formulaDialog({ s, w, b, r, act }: Scene): TemplateResult {
  const f = s.formula === "offered" ? [b.today, b.todayWhat] as const : s.formula ? r.kpis[s.formula] : undefined;
  const t = s.board!.today;
  const k = t.all.kpis.find((x) => x.id === s.formula);
  return dialog(!!f, f?.[0] ?? "", () => act.explain(""), f ? html`<h2>${f[0]}</h2><p>${f[1]}</p>${k ? madeOf(r, k, s.lang, true) : nothing}
    <p class="hint">${b.since(clock(at(t.from), s.lang), t.t, t.s)}</p>
    <div class="do">${button({ label: w.close, click: () => act.explain("") })}</div>` : nothing);
}

export function behindToday(scene: Scene): TemplateResult {
  const { s, w, b, r, act } = scene;
  const k = s.timeline ? null : s.behind; // one dialog at a time
  const queue = (id: string) => s.board!.status.queues?.find((q) => q.queue === id)?.label ?? id;
  const of = k?.start ? clock(at(k.start), s.lang) : k?.queue ? queue(k.queue) : b.day;
  return behindDialog(k, { lang: s.lang, w, b, r, of, queue, close: act.close, look: act.look });
}
