// The reports' page: what is asked, the figures, the chart, the table.

import { html, nothing, type TemplateResult } from "lit";
import { count, spell } from "../format";
import { button, dialog, icon, mark } from "../parts";
import { timelineDialog } from "../board/calls";
import { behindDialog, hasCalls, madeOf } from "./behind";
import "./chart";
import { question } from "./question";
import { counts, moved, query, total, zones, type Count, type ReportLine, type ReportStep, type Scene } from "./state";

export function screen(scene: Scene): TemplateResult {
  const { s, w, b, r, act } = scene;
  return html`<a class="skip" href="#main">${r.title}</a>
    <header class="bar admin-bar"><h1 class="brand">${mark()}<span>${w.product} <span class="brand-sub">${r.title}</span></span></h1><span class="grow"></span>
      ${s.role === "admin" ? nothing : html`<a class="btn ghost" href="/board?lang=${s.lang}">${b.title}</a>`}<a class="btn ghost" href="/admin?lang=${s.lang}">${b.toAdmin}</a>
      <button type="button" class="btn ghost" data-tour><span class="label">${w.tour.again}</span></button>
      <button type="button" class="btn ghost" lang=${s.lang === "en" ? "id" : "en"} @click=${act.switchLang}><span class="label">${w.otherLanguage}</span></button></header>
    <main id="main" tabindex="-1" class="board reports">${question(scene)}
      <div role="alert">${s.signedOut ? html`<p class="banner bad">${icon("warn")}<span>${b.signedOut}</span><a class="btn plain" href="/signin?next=/reports&lang=${s.lang}">${b.signIn}</a></p>` : s.trouble ? html`<p class="banner bad">${icon("warn")}<span>${s.trouble}</span></p>` : nothing}</div>
      <p role="status" class="hint">${s.busy ? w.loading : s.report ? html`${r.found(count(total(s.report, s.shown).offered, s.lang), range(scene))}${moved(s) ? html` <b>${r.moved}</b>` : nothing}` : nothing}</p>
      ${s.report ? body(scene) : nothing}</main>
    ${behind(scene)}${explained(scene)}${timelineDialog({ s: { ...s, board: { status: { queues: s.queues.map((q) => ({ queue: q.id, label: q.label })), agents: s.agents.map((g) => ({ agent: g.id, name: g.name })) } } }, w, a: scene.a, b, act })}`;
}

function range({ s, r }: Scene): string {
  const day = (d: string) => new Intl.DateTimeFormat(s.lang === "id" ? "id-ID" : "en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" }).format(Date.parse(`${d}T12:00:00Z`));
  return r.range(day(s.shown.from), day(s.shown.to), zones[s.shown.zone], s.report!.t, s.report!.s);
}

function body(scene: Scene): TemplateResult {
  const { s, r } = scene;
  const all = total(s.report!, s.shown);
  const tile = (id: string) => html`<div><dt><button type="button" class="formula" id="kpi-${id}" @click=${() => scene.act.explain(id)}>${r.kpis[id]![0]}</button></dt><dd>${kpiCell(scene, all, id, "")}</dd></div>`;
  const more = r.moreKpis.filter((id) => has(all, id));
  return html`<dl class="figures-big">${r.shownKpis.map(tile)}</dl>${more.length ? html`<dl class="figures-big small">${more.map(tile)}</dl>` : nothing}
    ${all.offered === 0 && all.blocked === 0 ? html`<p class="empty">${r.nothing}</p>` : html`<section class="card day" aria-labelledby="chart-title"><h2 id="chart-title">${r.chart}</h2>
      ${s.role === "admin" ? nothing : html`<p class="hint" id="chart-hint">${r.chartHint}</p>`}
      <sahut-chart role="group" aria-labelledby="chart-title" aria-describedby=${s.role === "admin" ? nothing : "chart-hint"} aria-hidden=${s.role === "admin" ? "true" : nothing} .steps=${s.report!.steps} .words=${[r.counts.answered, r.lost, r.kpis["service_level"]![0]]} .language=${s.lang} .zone=${s.shown.zone} .hours=${s.shown.step === "hour"} .says=${(x: ReportStep) => r.bar(stepName(scene, x.start), count(x.answered, s.lang), count(x.abandoned + x.unserved, s.lang), kpi(scene, x, "service_level"))}
        .open=${s.role === "admin" ? null : (start: string) => scene.act.open("offered", start, "")}></sahut-chart></section>`}
    ${table(scene)}${s.report!.queues.length > 1 ? byQueue(scene) : nothing}${files(scene)}`;
}

export function kpi({ s }: Scene, f: ReportLine, id: string): string {
  const k = f.kpis.find((x) => x.id === id);
  if (!k || !k.shown) return "–";
  if (k.unit === "contacts") return count(k.value, s.lang);
  return k.unit === "percent" ? `${count(Math.round(k.value * 10) / 10, s.lang)} %` : spell(k.value * 1000, s.lang);
}

// has tells whether there is anything to say a figure of: a house without call-backs
// has no line about them.
function has(f: ReportLine, id: string): boolean {
  return (f.kpis.find((x) => x.id === id)?.n ?? 0) > 0;
}

function table(scene: Scene): TemplateResult {
  const { s, r, act } = scene;
  const rows = sorted(s.report!.steps, s.sort);
  const head = (by: Count | "start", label: string) => html`<th scope="col" class=${by === "start" ? "" : "num"} aria-sort=${s.sort.by === by ? (s.sort.down ? "descending" : "ascending") : "none"}>
    <button type="button" class="sort" id="sort-${by}" @click=${() => act.sort(by)}>${label}${s.sort.by === by ? html`<span aria-hidden="true"> ${s.sort.down ? "▾" : "▴"}</span>` : nothing}</button></th>`;
  return html`<section class="stack" aria-labelledby="rows-title"><h2 id="rows-title">${r.rows[s.shown.step]}</h2>
    <div class="table-box" tabindex="0" role="region" aria-label=${r.table}><table class="rows"><thead><tr>${head("start", r.steps[s.shown.step]!)}${counts.map((c) => head(c, r.counts[c]))}
      <th scope="col" class="num">${r.kpis["service_level"]![0]}</th><th scope="col" class="num">${r.kpis["average_speed_of_answer"]![0]}</th></tr></thead>
      <tbody>${rows.map((x) => html`<tr><th scope="row" data-label=${r.steps[s.shown.step]}>${stepName(scene, x.start)}</th>${counts.map((c) => html`<td class="num" data-label=${r.counts[c]}>${cell(scene, x, c, x.start)}</td>`)}
        <td class="num" data-label=${r.kpis["service_level"]![0]}>${kpiCell(scene, x, "service_level", x.start)}</td><td class="num" data-label=${r.kpis["average_speed_of_answer"]![0]}>${kpiCell(scene, x, "average_speed_of_answer", x.start)}</td></tr>`)}
        <tr class="sum"><th scope="row" data-label="">${r.sum}</th>${counts.map((c) => html`<td class="num" data-label=${r.counts[c]}>${cell(scene, total(s.report!, s.shown), c, "")}</td>`)}
          <td class="num" data-label=${r.kpis["service_level"]![0]}>${kpiCell(scene, total(s.report!, s.shown), "service_level", "")}</td><td class="num" data-label=${r.kpis["average_speed_of_answer"]![0]}>${kpiCell(scene, total(s.report!, s.shown), "average_speed_of_answer", "")}</td></tr></tbody></table></div></section>`;
}

// opens is a figure that opens the calls behind it, where there are any and she may see
// them; one of volunteers' time says what it is made of.
function opens({ s, r, act }: Scene, text: string, n: number, figure: string, start: string, queue = ""): TemplateResult | string {
  if (n === 0 || text === "–") return text;
  if (!hasCalls(figure)) return html`<button type="button" class="cell" id="c-${figure}" @click=${() => act.explain(figure)}>${text}<span class="visually-hidden"> ${r.openMade}</span></button>`;
  if (s.role === "admin") return text;
  return html`<button type="button" class="cell" id="c-${figure}-${start || queue || "all"}" @click=${() => act.open(figure, start, queue)}>${text}<span class="visually-hidden"> ${r.openCalls}</span></button>`;
}

function cell(scene: Scene, f: ReportLine, c: Count, start: string, queue = ""): TemplateResult | string {
  return f.withheld || (scene.s.shown.agents.length > 0 && notOfGroups.includes(c)) ? "–" : opens(scene, count(f[c], scene.s.lang), f[c], c, start, queue);
}

// What nobody of a group did: who was not answered was nobody's.
const notOfGroups: Count[] = ["abandoned", "abandoned_short", "unserved", "callbacks", "overflows", "blocked"];

function kpiCell(scene: Scene, f: ReportLine, id: string, start: string, queue = ""): TemplateResult | string {
  return opens(scene, kpi(scene, f, id), f.kpis.find((x) => x.id === id)?.n ?? 0, id, start, queue);
}

export function sorted(steps: ReportStep[], by: Scene["s"]["sort"]): ReportStep[] {
  const value = (x: ReportStep) => (by.by === "start" ? Date.parse(x.start) : x[by.by]);
  return [...steps].sort((x, y) => (by.down ? value(y) - value(x) : value(x) - value(y)));
}

function stepName({ s, r }: Scene, start: string): string {
  const form: Intl.DateTimeFormatOptions = s.shown.step === "hour" ? { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" } : { weekday: "short", day: "numeric", month: "short" };
  const text = new Intl.DateTimeFormat(s.lang === "id" ? "id-ID" : "en-GB", { ...form, timeZone: s.shown.zone }).format(Date.parse(start));
  return s.shown.step === "week" ? r.weekOf(text) : text;
}

function byQueue(scene: Scene): TemplateResult {
  const { s, r } = scene;
  const few = ["offered", "answered", "abandoned"] as const;
  return html`<section class="stack" aria-labelledby="byqueue-title"><h2 id="byqueue-title">${r.byQueue}</h2><div class="table-box" tabindex="0" role="region" aria-label=${r.byQueueTable}><table class="rows"><thead><tr><th scope="col">${r.queue}</th>
    ${few.map((c) => html`<th scope="col" class="num">${r.counts[c]}</th>`)}${r.queueKpis.map((id) => html`<th scope="col" class="num">${r.kpis[id]![0]}</th>`)}</tr></thead>
    <tbody>${s.report!.queues.map((q) => html`<tr><th scope="row" data-label=${r.queue}>${queueName(scene, q.queue ?? "")}</th>${few.map((c) => html`<td class="num" data-label=${r.counts[c]}>${cell(scene, q, c, "", q.queue)}</td>`)}
      ${r.queueKpis.map((id) => html`<td class="num" data-label=${r.kpis[id]![0]}>${kpiCell(scene, q, id, "", q.queue)}</td>`)}</tr>`)}</tbody></table></div></section>`;
}

export function queueName({ s }: Scene, id: string): string {
  return s.queues.find((q) => q.id === id)?.label ?? id;
}

function files({ s, r }: Scene): TemplateResult {
  return html`<p class="do"><a class="btn plain" id="csv" href="/api/v1/report/table?format=csv&${link(s)}" download>${r.csv}</a><a class="btn plain" id="xlsx" href="/api/v1/report/table?format=xlsx&${link(s)}" download>${r.xlsx}</a></p>
    <p class="hint">${r.smallCells}${s.shown.agents.length ? ` ${r.withheld}` : ""}</p>`;
}

function link(s: Scene["s"]): string {
  return query(s.shown);
}

function behind(scene: Scene): TemplateResult {
  const { s, w, b, r, act } = scene;
  const k = s.timeline ? null : s.behind; // one dialog at a time
  const of = k?.start ? stepName(scene, k.start) : k?.queue ? queueName(scene, k.queue) : r.sum;
  return behindDialog(k, { lang: s.lang, w, b, r, of, queue: (id) => queueName(scene, id), close: act.close, look: act.look });
}

function explained({ s, w, r, act }: Scene): TemplateResult {
  const k = r.kpis[s.explained];
  const f = s.report && total(s.report, s.shown).kpis.find((x) => x.id === s.explained);
  const nobody = s.report && !f && s.shown.agents.length > 0;
  return dialog(!!k, k?.[0] ?? "", () => act.explain(""), k ? html`<h2>${k[0]}</h2><p>${k[1]}</p>${f ? html`${madeOf(r, f, s.lang, s.role !== "admin")}<p class="hint">${r.limits(s.report!.t, s.report!.s)} <code>${s.explained}</code></p>` : nobody ? html`<p>${r.notOfGroup}</p>` : nothing}
    <div class="do">${button({ label: w.close, click: () => act.explain("") })}</div>` : nothing);
}
