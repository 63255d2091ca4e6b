// Sections to look at: the calls, the live status, the history.

import { html, nothing, type TemplateResult } from "lit";
import { at, dayAndTime, spell, timer } from "../format";
import { button } from "../parts";
import type { Call } from "./api";
import { changeList } from "./changes";
import { closingDialog, gate, waiting } from "./floor";
import { mayEdit, type Scene } from "./state";

// ---- calls

export function calls(scene: Scene): TemplateResult {
  const { s, a } = scene;
  const all = s.calls ?? [];
  const f = s.filter;
  const list = all.filter((c) => (!f.queue || c.queue === f.queue) && (!f.agent || c.agent === f.agent) && (!f.outcome || c.outcome === f.outcome));
  const values = (pick: (c: Call) => string) => [...new Set(all.map(pick))].filter(Boolean).sort();
  return html`<div class="filters">
      ${select(scene, "since", a.period, Object.entries(a.periods))}
      ${select(scene, "queue", a.columns.queue, [["", a.all], ...values((c) => c.queue).map((q): [string, string] => [q, queueLabel(scene, q)])])}
      ${select(scene, "agent", a.columns.agent, [["", a.all], ...values((c) => c.agent).map((n): [string, string] => [n, agentName(scene, n)])])}
      ${select(scene, "outcome", a.columns.outcome, [["", a.all], ...values((c) => c.outcome).map((o): [string, string] => [o, a.outcomes[o] ?? o])])}
    </div>
    <p class="hint" aria-live="polite">${s.calls ? a.callsFound(list.length, all.length) : scene.w.loading}</p>
    ${s.calls && list.length === 0 ? html`<p class="empty">${a.noCalls}</p>` : nothing}
    ${list.length > 0 ? html`<div class="table-box" tabindex="0" role="region" aria-label=${a.sections.calls}><table class="rows"><thead><tr>${(["started", "number", "queue", "agent", "outcome", "wait", "talk", "ended_by"] as const)
      .map((c) => html`<th scope="col" class=${c === "wait" || c === "talk" ? "num" : ""}>${a.columns[c]}</th>`)}</tr></thead>
      <tbody>${list.map((c) => callRow(scene, c))}</tbody></table></div>` : nothing}
    ${s.calls && s.more ? html`<div class="do">${button({ label: a.olderCalls, id: "older", busy: s.busy === "older", click: () => scene.act.olderCalls() })}</div>` : nothing}`;
}

function callRow(scene: Scene, c: Call): TemplateResult {
  const { s, a } = scene;
  return html`<tr><td data-label=${a.columns.started}>${dayAndTime(c.started, s.lang)}</td>
    <td data-label=${a.columns.number}>${c.direction === "out" ? html`<span class="tag">${a.callOut}</span> ` : nothing}${c.number === "anonymous" || !c.number ? "–" : c.number}</td>
    <td data-label=${a.columns.queue}>${c.queue ? queueLabel(scene, c.queue) : "–"}</td>
    <td data-label=${a.columns.agent}>${c.agent ? agentName(scene, c.agent) : "–"}</td>
    <td data-label=${a.columns.outcome}><span class="tag ${c.outcome === "answered" ? "ok" : c.outcome === "system" || c.outcome === "failed_media" ? "bad" : c.outcome === "" ? "" : "warn"}">${a.outcomes[c.outcome] ?? c.outcome}</span></td>
    <td class="num" data-label=${a.columns.wait}>${spell(c.wait_ms, s.lang)}</td>
    <td class="num" data-label=${a.columns.talk}>${c.talk_ms ? timer(c.talk_ms, s.lang) : "–"}</td>
    <td data-label=${a.columns.ended_by}>${a.parties[c.ended_by] ?? c.ended_by}</td></tr>`;
}

function select({ s, act }: Scene, key: keyof Scene["s"]["filter"], label: string, options: [string, string][]): TemplateResult {
  return html`<div class="field"><label for="filter-${key}">${label}</label>
    <select id="filter-${key}" @change=${(e: Event) => act.filter({ [key]: (e.target as HTMLSelectElement).value })}>
      ${options.map(([value, words]) => html`<option value=${value} ?selected=${s.filter[key] === value}>${words}</option>`)}</select></div>`;
}

function queueLabel({ s }: Scene, id: string): string {
  return s.base?.queues.find((q) => q.id === id)?.label || id;
}

function agentName({ s }: Scene, id: string): string {
  return s.base?.agents.find((g) => g.id === id)?.name || id;
}

// ---- live status

export function status(scene: Scene): TemplateResult {
  const { s, w, a } = scene;
  const now = s.status;
  if (!now) return html`<p class="hint">${w.loading}</p>`;
  const age = Math.max(0, Math.round((Date.now() - s.statusAt) / 1000));
  const time = at(now.at);
  const queues = now.queues ?? [], agents = now.agents ?? [];
  const oldest = Math.min(...queues.filter((q) => q.waiting > 0 && q.oldest).map((q) => at(q.oldest)));
  const ready = agents.filter((g) => g.state === "ready").length;
  return html`<div class="status ${age > 5 ? "stale" : ""}">
    <p class="hint">${age > 5 ? a.stale : nothing} ${a.dataAge(age)}</p>
    <dl class="figures-big">
      <div class=${now.waiting > 0 ? "hot" : ""}><dt>${a.waiting}</dt><dd>${now.waiting}</dd></div>
      <div><dt>${a.longest}</dt><dd>${Number.isFinite(oldest) ? timer(time - oldest, s.lang) : "–"}</dd></div>
      <div><dt>${a.talking}</dt><dd>${now.talking}</dd></div>
      <div class=${ready === 0 && now.waiting > 0 ? "hot" : ""}><dt>${a.readyNow}</dt><dd>${ready}</dd></div>
    </dl>
    <div class="table-box" tabindex="0" role="group" aria-label=${a.sections.queues}><table class="rows"><caption class="visually-hidden">${a.sections.queues}</caption><thead><tr><th scope="col">${a.queueCol}</th><th scope="col" class="num">${a.waiting}</th>
      <th scope="col" class="num">${a.longest}</th><th scope="col" class="num">${a.readyNow}</th><th scope="col" class="num">${a.talking}</th><th scope="col"><span class="visually-hidden">${a.closeNow}</span></th></tr></thead>
      <tbody>${queues.map((q) => html`<tr><th scope="row" data-label=${a.queueCol}>${q.label}</th><td class="num" data-label=${a.waiting}>${q.waiting}</td>
        <td class="num" data-label=${a.longest}>${q.waiting && q.oldest ? timer(time - at(q.oldest), s.lang) : "–"}</td>
        <td class="num" data-label=${a.readyNow}>${q.ready}</td><td class="num" data-label=${a.talking}>${q.talking}</td><td class="num">${gate(scene, q.queue, q.closed)}</td></tr>`)}</tbody></table></div>
    ${waiting(scene, time)}
    <div class="table-box" tabindex="0" role="group" aria-label=${a.sections.volunteers}><table class="rows"><caption class="visually-hidden">${a.sections.volunteers}</caption><thead><tr><th scope="col">${a.columns.agent}</th><th scope="col">${a.stateCol}</th>
      <th scope="col" class="num">${a.sinceCol}</th><th scope="col">${a.answersCol}</th></tr></thead>
      <tbody>${agents.map((g) => html`<tr><th scope="row" data-label=${a.columns.agent}>${g.name || g.agent}</th>
        <td data-label=${a.stateCol}><span class="tag ${mood(g.state)}">${g.state === "paused" && g.reason === "login" ? w.stateLogin : w.state[g.state]}</span></td>
        <td class="num" data-label=${a.sinceCol}>${at(g.since) > 0 && g.state !== "offline" ? spell(time - at(g.since), s.lang) : "–"}</td>
        <td data-label=${a.answersCol}>${(g.queues ?? []).map((q) => queueLabel(scene, q)).join(", ") || a.none}</td></tr>`)}</tbody></table></div>
    <section aria-labelledby="since-start"><h3 id="since-start">${a.outcomesSince}</h3>
      <p>${a.callsFound(now.arrived, now.arrived)}${Object.entries(now.outcomes ?? {}).map(([o, n]) => html` · ${a.outcomes[o] ?? o}: <b>${n}</b>`)}</p></section>
    ${closingDialog(scene)}</div>`;
}

function mood(state: string): string {
  if (state === "ready" || state === "talking") return "ok";
  if (state === "not_responding" || state === "media_fault") return "bad";
  return state === "offline" ? "" : "warn";
}

// ---- history

export function history(scene: Scene): TemplateResult {
  const { s, w, a, act } = scene;
  if (!s.history) return html`<p class="hint">${w.loading}</p>`;
  return html`<ol class="revisions">${s.history.map((r) => {
    const open = s.looked?.revision === r.revision;
    const current = r === s.history![0]; // newest first; the draft may be made from an older one
    return html`<li class="card"><div class="revision-head"><div><h3>${a.revision} ${r.revision}${current ? html` <span class="tag ok">${a.current}</span>` : nothing}</h3>
      <p class="hint">${dayAndTime(r.at, s.lang)} · ${a.author} ${r.author}</p>${r.note ? html`<p>${noteWords(scene, r.note)}</p>` : nothing}</div>
      <div class="do">${button({ label: a.showChanges, click: () => act.look(open ? 0 : r.revision), id: `look-${r.revision}` })}
      ${current || !mayEdit(s) ? nothing : button({ label: a.goBack, click: () => act.askBack(r.revision), id: `back-${r.revision}` })}</div></div>
      ${open ? html`<div class="looked"><h4 class="visually-hidden">${a.changesOf(r.revision)}</h4>${s.looked!.changes ? changeList(scene, s.looked!.changes) : html`<p class="hint">${a.firstRevision}</p>`}</div>` : nothing}</li>`;
  })}</ol>`;
}

// noteWords says in the reader's language what the server notes by itself.
function noteWords({ a }: Scene, note: string): string {
  const closed = /^closed now: ?(.*)$/.exec(note), back = /^back to revision (\d+)$/.exec(note);
  return closed ? a.noteClosed(closed[1]!) : back ? a.noteBack(Number(back[1])) : note === "opened again" ? a.noteOpened : note;
}
