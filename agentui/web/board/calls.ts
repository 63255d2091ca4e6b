// The latest calls, and what happened in each, from the journal.

import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { at, clock, dayAndTime, spell, timer } from "../format";
import { button, dialog } from "../parts";
import type { Scene } from "./state";
import { sentence, spelled, type Teller } from "./story";
import "./notes";

export function latestCalls(scene: Scene): TemplateResult {
  const { s, a, b, act } = scene;
  const list = s.board!.calls;
  return html`<section class="stack" aria-labelledby="calls-title"><div class="section-row"><h2 id="calls-title">${b.callsTitle}</h2><a class="btn ghost" href="/admin?lang=${s.lang}#calls">${b.allCalls}</a></div>
    ${list.length === 0 ? html`<p class="empty">${a.noCalls}</p>` : html`<div class="table-box" tabindex="0" role="region" aria-label=${b.tables.calls}><table class="rows"><thead><tr><th scope="col">${a.columns.started}</th><th scope="col">${a.columns.queue}</th><th scope="col">${a.columns.agent}</th><th scope="col">${a.columns.outcome}</th>
      <th scope="col" class="num">${a.columns.wait}</th><th scope="col" class="num">${a.columns.talk}</th><th scope="col"><span class="visually-hidden">${b.timeline}</span></th></tr></thead>
      <tbody>${repeat(list, (c) => c.id, (c) => html`<tr><th scope="row" data-label=${a.columns.started}>${clock(at(c.started), s.lang)}</th><td data-label=${a.columns.queue}>${queueName(scene, c.queue)}</td>
        <td data-label=${a.columns.agent}>${c.agent ? agentName(scene, c.agent) : "–"}</td><td data-label=${a.columns.outcome}><span class="tag ${c.outcome === "answered" ? "ok" : c.outcome ? "warn" : ""}">${a.outcomes[c.outcome] ?? spelled(c.outcome)}</span></td>
        <td class="num" data-label=${a.columns.wait}>${c.outcome || c.wait_ms ? spell(c.wait_ms, s.lang) : "–"}</td><td class="num" data-label=${a.columns.talk}>${c.talk_ms ? timer(c.talk_ms, s.lang) : "–"}</td>
        <td class="acts">${button({ label: b.timeline, kind: "ghost", id: `look-${c.id}`, click: () => act.look(c.id) })}</td></tr>`)}</tbody></table></div>`}</section>`;
}

/** What the dialog needs of a page; the reports use it too. */
interface Told {
  s: Pick<Scene["s"], "lang" | "timeline"> & { board: { status: { queues: { queue: string; label: string }[] | null; agents: { agent: string; name: string }[] | null } } | null };
  w: Scene["w"];
  a: Scene["a"];
  b: Scene["b"];
  act: Pick<Scene["act"], "look">;
}

export function timelineDialog(scene: Told): TemplateResult {
  const { s, w, a, b, act } = scene;
  const t = s.timeline;
  return dialog(!!t, b.timeline, () => act.look(""), t === "loading" ? html`<p class="hint">${w.loading}</p>` : t ? html`<h2>${b.timelineOf(dayAndTime(t.call.started, s.lang))}</h2>
    <p class="hint">${queueName(scene, t.call.queue)} · ${t.call.ended ? a.outcomes[t.call.outcome] ?? spelled(t.call.outcome) : b.stillRuns}</p>
    <ol class="timeline" tabindex="0" aria-label=${b.timeline}>${t.entries.map((e) => html`<li><span class="when">+${timer(at(e.at) - at(t.call.started), s.lang)}</span><span>${sentence(e, teller(scene))}</span></li>`)}</ol>
    <sahut-notes .about=${{ contact: t.call.id, lang: s.lang, b, name: (agent: string) => agentName(scene, agent) }}></sahut-notes>
    <div class="do">${button({ label: w.close, click: () => act.look("") })}</div>` : nothing, "wide");
}

function teller(scene: Told): Teller {
  const { s, a, b } = scene;
  return { lang: s.lang, b, outcomes: a.outcomes, reasons: a.reasons, nobody: a.nobodyInQueue, dispositions: s.timeline && s.timeline !== "loading" ? s.timeline.dispositions ?? {} : {}, queue: (id) => queueName(scene, id), agent: (id) => agentName(scene, id) };
}

function queueName({ s }: Pick<Told, "s">, id: string): string {
  return s.board?.status.queues?.find((q) => q.queue === id)?.label ?? id;
}

function agentName({ s }: Pick<Told, "s">, id: string): string {
  return s.board?.status.agents?.find((g) => g.agent === id)?.name || id;
}
