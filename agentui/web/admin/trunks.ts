// Sections of the telephone line: the trunks, the trial call, the SIP trace.

import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from "lit";
import { at, clock, count, dayAndTime, spell } from "../format";
import { button } from "../parts";
import type { Ladder, Trunk } from "./api";
import { outage } from "../i18n/problems";
import { mayEdit, type Scene } from "./state";

export function trunks(scene: Scene): TemplateResult {
  const { s, w, a } = scene;
  if (!s.trunks) return html`<p class="hint">${w.loading}</p>`;
  return html`${drill(scene)}
    ${s.trunks.length === 0 ? html`<p class="empty">${a.noTrunks}</p>` : html`<div class="cards">${s.trunks.map((t) => trunk(scene, t))}</div>`}
    ${bans(scene)}${mayEdit(s) ? trace(scene) : nothing}`;
}

// bans is there while somebody is banned: a phone of the house may be among them.
function bans({ s, a, act }: Scene): TemplateResult | typeof nothing {
  if (s.bans.length === 0) return nothing;
  return html`<section class="stack" aria-labelledby="bans-title"><h3 id="bans-title">${a.bansTitle}</h3><p class="help">${a.bansLead}</p>
    <div class="table-box" tabindex="0" role="region" aria-label=${a.banList}><table class="rows">
      <thead><tr><th scope="col">${a.banHost}</th><th scope="col">${a.banCause}</th><th scope="col">${a.banUntil}</th>${mayEdit(s) ? html`<th scope="col"><span class="visually-hidden">${a.banLift}</span></th>` : nothing}</tr></thead>
      <tbody>${s.bans.map((b) => html`<tr><th scope="row"><code>${b.host}</code></th><td>${a.banCauses[b.cause] ?? b.cause}</td><td>${clock(at(b.until), s.lang)}</td>
        ${mayEdit(s) ? html`<td class="num">${button({ label: a.banLift, id: `unban-${b.host}`, click: () => act.unban(b.host), busy: s.busy === "unban" })}</td>` : nothing}</tr>`)}</tbody></table></div></section>`;
}

function trunk({ s, a }: Scene, t: Trunk): TemplateResult {
  const since = dayAndTime(t.since, s.lang);
  return html`<section class="card trunk" aria-label=${t.name}><h3>${t.name} <span class="tag ${t.up ? "ok" : "bad"}">${t.up ? a.trunkUp : a.trunkDown}</span></h3>
    <p class="hint">${a.trunkSince(since)}</p>
    ${t.cause ? html`<p class="error">${outage(t, s.lang)}</p>` : nothing}
    <dl class="facts">
      <div><dt>${a.trunkCalls}</dt><dd>${a.callsInOut(t.calls - t.outgoing, t.outgoing)}</dd></div>
      ${t.registers ? html`<div><dt>${a.trunkRegistered}</dt><dd>${t.registered ? a.trunkUntil(clock(at(t.expires), s.lang)) : a.no}</dd></div>` : nothing}
      ${t.address ? html`<div><dt>${a.trunkServer}</dt><dd><code>${t.address}</code></dd></div>` : nothing}
      ${t.rtt_ms ? html`<div><dt>${a.trunkRTT}</dt><dd>${count(Math.round(t.rtt_ms), s.lang)} ms</dd></div>` : nothing}
    </dl></section>`;
}

// drill says when the number was last proven to work.
function drill({ s, a }: Scene): TemplateResult {
  const d = s.status?.drill;
  if (!d) return html`<p class="banner"><span>${a.drillNone}</span></p>`;
  const when = dayAndTime(d.at, s.lang);
  return d.ok ? html`<p class="banner ok"><span>${a.drillOK(when, spell(d.took_ms, s.lang))}</span></p>`
    : html`<p class="banner bad"><span>${a.drillFailed(when, a.drillStages[d.stage] ?? d.stage)}</span></p>`;
}

function trace(scene: Scene): TemplateResult {
  const { s, a, act } = scene;
  const t = s.trace;
  return html`<section class="stack" aria-labelledby="trace-title"><h3 id="trace-title">${a.traceTitle}</h3><p class="help">${a.traceLead}</p>
    ${t?.on ? html`<p class="banner warn"><span>${a.traceRuns(t.by ?? "", clock(at(t.until), s.lang), t.messages)}</span></p>` : nothing}
    <div class="do">${t?.on ? button({ label: a.traceStop, id: "trace-stop", click: () => act.stopTrace() })
      : [5, 15, 30].map((m) => button({ label: a.traceStart(m), id: `trace-${m}`, click: () => act.startTrace(m) }))}
      ${t && (t.on || t.messages > 0) ? button({ label: a.reload, id: "trace-reload", kind: "ghost", click: () => act.reload() }) : nothing}
      ${t && t.messages > 0 ? html`<a class="btn plain" href="/api/v1/trace/ladder.txt" download="sip-trace.txt">${a.traceExport}</a>` : nothing}</div>
    ${t && t.messages > 0 && t.ladders.length === 0 ? html`<p class="empty">${a.traceEmpty}</p>` : nothing}
    ${(t?.ladders ?? []).map((l, i) => call(scene, l, i))}</section>`;
}

function call(scene: Scene, l: Ladder, i: number): TemplateResult {
  const { s, a } = scene;
  const first = l.arrows[0], last = l.arrows.at(-1);
  return html`<details class="card item" ?open=${i === 0}><summary><span class="item-name">${dayAndTime(l.began, s.lang)}</span> <span class="hint">${first?.label ?? ""} … ${last?.label ?? ""} · ${a.traceMessages(l.arrows.length)}</span></summary>
    <div class="item-body"><div class="table-box" tabindex="0" role="region" aria-label=${a.ladder}>${drawing(scene, l, `ladder-${i}`)}</div>
      <details><summary>${a.ladderText}</summary><ol class="steps">${l.arrows.map((r) => html`<li>${offset(l, r.at)} ${party(l, r.from)} → ${party(l, r.to)}: <b>${r.label}</b> <span class="hint">${r.cseq}${r.again ? ` · ${a.again}` : ""}</span></li>`)}</ol></details>
      <p><a class="btn plain" href="/api/v1/trace/ladder.txt?call=${encodeURIComponent(l.call_id)}" download="sip-call.txt">${a.traceExportCall}</a></p></div></details>`;
}

const lane = 260, row = 34, top = 58, left = 96;

// drawing is the ladder: parties side by side, time downwards. The list below
// it says the same in words.
function drawing({ a }: Scene, l: Ladder, id: string): TemplateResult {
  const width = left + lane * Math.max(1, l.columns.length - 1) + 110;
  const height = top + row * l.arrows.length + 16;
  const x = (i: number) => left + i * lane;
  return html`<svg class="ladder" width=${width} height=${height} viewBox="0 0 ${width} ${height}" role="img" aria-label=${a.ladder}>
    <defs><marker id=${id} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 L8 4 L0 8 z"></path></marker></defs>
    ${l.columns.map((c, i) => svg`<text class="who" x=${x(i)} y="18">${c.name || a.stranger}</text><text class="where" x=${x(i)} y="36">${c.address}</text><line class="life" x1=${x(i)} y1="44" x2=${x(i)} y2=${height - 6}></line>`)}
    ${l.arrows.map((r, i) => arrow(l, r, i, x, id))}</svg>`;
}

function arrow(l: Ladder, r: Ladder["arrows"][number], i: number, x: (i: number) => number, id: string): SVGTemplateResult {
  const y = top + row * i + 18;
  const from = x(r.from), to = x(r.to), way = Math.sign(to - from) || 1;
  return svg`<g class=${r.again ? "again" : ""}><text class="when" x="4" y=${y + 4}>${offset(l, r.at)}</text>
    <text class="what" x=${(from + to) / 2} y=${y - 6}>${r.label}${r.again ? " *" : ""}</text>
    <line class="arrow" x1=${from + 4 * way} y1=${y} x2=${to - 4 * way} y2=${y} marker-end="url(#${id})"></line></g>`;
}

function offset(l: Ladder, time: string): string {
  return `+${((at(time) - at(l.began)) / 1000).toFixed(3)}`;
}

function party(l: Ladder, i: number): string {
  const c = l.columns[i];
  return c?.name || c?.address || "?";
}
