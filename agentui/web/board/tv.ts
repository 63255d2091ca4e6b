// The wallboard on a television: read from four metres, by nobody who could
// scroll or press. What does not fit takes turns, or is counted.

import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { at, clock, count, timer } from "../format";
import type { WaitingCaller } from "../admin/api";
import { icon } from "../parts";
import { grave, said, worst } from "./alarms";
import { chart } from "./chart";
import { fresh } from "./fresh";
import { shown, topKpis } from "./kpi";
import { health } from "./health";
import { mood, sortedPeople, stateName } from "./people";
import { serverNow, type Line, type Scene } from "./state";

/** How many there is room for, and how long each part of a longer list stays. */
export const ROOM = { alarms: 2, waiting: 5, queues: 3, people: 7 };
export const TURN_MS = 8000;

/** The part of a list that is shown at a time, all of it in turns. */
export function turn<T>(list: T[], room: number, now: number): { part: T[]; from: number } {
  const turns = Math.ceil(list.length / room);
  const from = turns < 2 ? 0 : (Math.floor(now / TURN_MS) % turns) * room;
  return { part: list.slice(from, from + room), from };
}

/** Who waits, those in danger first: the others keep the order they are served in. */
export function urgentFirst(list: WaitingCaller[]): WaitingCaller[] {
  return [...list].sort((x, y) => Number(y.danger ?? false) - Number(x.danger ?? false));
}

export function television(scene: Scene): TemplateResult {
  return html`${fresh(scene)}${alarms(scene)}${told(scene)}${figures(scene)}
    <div class="tv-main"><div class="tv-part">${waiting(scene)}${queues(scene)}${chart(scene)}</div><div class="tv-part">${people(scene)}${line(scene)}</div></div>`;
}

function alarms(scene: Scene): TemplateResult | typeof nothing {
  const { s, b } = scene;
  const list = worst(s.alarms.filter((x) => !s.seen.includes(x.key) && x.kind !== "debrief")); // that is nobody's who passes by
  if (list.length === 0) return nothing;
  const more = list.length - ROOM.alarms;
  return html`<section class="tv-alarms" aria-label=${b.alarms}>${list.slice(0, ROOM.alarms).map((x) => html`<p class="banner ${grave(x) ? "bad" : "warn"}">${icon("warn")}
      <b>${said(scene, x)}</b>${x.ms ? html`<span class="num">${timer(x.ms, s.lang)}</span>` : nothing}</p>`)}
    ${more > 0 ? html`<p class="banner warn more">${b.more(more)}</p>` : nothing}</section>`;
}

function told({ s, b }: Scene): TemplateResult | typeof nothing {
  const a = s.board!.announcement;
  return a ? html`<p class="tv-told">${icon("headset")}<span><b>${b.announced}</b> ${a.text}</span></p>` : nothing;
}

function figures(scene: Scene): TemplateResult {
  const { s, a, b, r } = scene;
  const now = s.board!;
  const live = now.waiting.filter((c) => !c.callback);
  const oldest = Math.min(...live.map((c) => at(c.since)));
  const ready = (now.status.agents ?? []).filter((g) => g.state === "ready").length;
  const tile = (name: string, value: string, hot = false) => html`<div class=${hot ? "hot" : ""}><dt>${name}</dt><dd class=${value.length > 5 ? "long" : ""}>${value}</dd></div>`;
  return html`<dl class="figures-big">${tile(a.waiting, count(live.length, s.lang), live.length > 0)}
    ${tile(a.longest, Number.isFinite(oldest) ? timer(serverNow(s) - oldest, s.lang) : "–")}
    ${tile(a.readyNow, count(ready, s.lang), ready === 0 && live.length > 0)}${tile(a.talking, count(now.status.talking, s.lang))}
    ${topKpis.map((id) => tile(r.kpis[id]![0], shown(scene, now.today.all, id, true)))}
    ${tile(b.today, count(now.today.all.offered, s.lang))}</dl>`;
}

function waiting(scene: Scene): TemplateResult {
  const { s, a, b } = scene;
  const list = urgentFirst(s.board!.waiting);
  const more = list.length - ROOM.waiting;
  return html`<section aria-labelledby="waiting-title"><h2 id="waiting-title">${a.whoWaits} ${more > 0 ? html`<span class="tag">${b.more(more)}</span>` : nothing}</h2>
    ${list.length === 0 ? html`<p class="lead">${b.nobodyWaits}</p>` : html`<table class="rows"><tbody>${repeat(list.slice(0, ROOM.waiting), (c) => c.contact, (c) => html`<tr class=${c.danger ? "danger" : ""}>
      <th scope="row" data-label=${a.queueCol}>${queueLabel(scene, c.queue)}</th><td class="num" data-label=${a.columns.wait}><b>${timer(serverNow(s) - at(c.since), s.lang)}</b></td><td class="state" data-label=${a.waitState}>${waits(scene, c)}</td></tr>`)}</tbody></table>`}</section>`;
}

// waits is the one word that counts most about a caller who waits.
function waits({ a, b }: Scene, c: WaitingCaller): TemplateResult | typeof nothing {
  if (c.danger) return html`<span class="tag bad">${a.inDanger}</span>`;
  if (c.unmet) return html`<span class="tag bad">${a.unmet}</span>`;
  if (c.callback) return html`<span class="tag">${a.sections.callbacks}</span>`;
  if (c.class !== "normal") return html`<span class="tag warn">${a.classes[c.class] ?? c.class}</span>`;
  if (c.ringing) return html`<span class="tag ok">${b.rings}</span>`;
  return nothing;
}

function queues(scene: Scene): TemplateResult {
  const { s, a, r } = scene;
  const all = s.board!.status.queues ?? [];
  const { part, from } = turn(all, ROOM.queues, serverNow(s));
  return html`<section aria-labelledby="queues-title"><table class="rows"><thead><tr><th scope="col" id="queues-title">${a.sections.queues}${all.length > part.length ? ` ${from + 1}–${from + part.length}/${all.length}` : ""}</th>
      <th scope="col" class="num">${a.waiting}</th><th scope="col" class="num">${a.readyNow}</th><th scope="col" class="num">${a.talking}</th><th scope="col" class="num">${r.kpis["service_level"]![0]}</th></tr></thead>
    <tbody>${part.map((q) => html`<tr><th scope="row" data-label=${a.queueCol}>${q.label}${q.closed ? html` <span class="tag">${q.closed === "closed_now" ? a.closedNow : a.closedHours}</span>` : nothing}</th><td class="num" data-label=${a.waiting}>${q.waiting}</td><td class="num" data-label=${a.readyNow}>${q.ready}</td><td class="num" data-label=${a.talking}>${q.talking}</td>
      <td class="num" data-label=${r.kpis["service_level"]![0]}>${shown(scene, s.board!.today.queues.find((x) => x.queue === q.queue), "service_level", true)}</td></tr>`)}</tbody></table></section>`;
}

function people(scene: Scene): TemplateResult {
  const { s, b } = scene;
  const all = sortedPeople(s.board!);
  const { part, from } = turn(all, ROOM.people, serverNow(s));
  return html`<section aria-labelledby="people-title"><h2 id="people-title">${b.volunteers(all.length)}${all.length > part.length ? html` <span class="tag">${b.partOf(from + 1, from + part.length, all.length)}</span>` : nothing}</h2>
    ${all.length === 0 ? html`<p class="call-out warn">${b.nobodyOnShift}</p>` : html`<ul class="tv-people">${part.map((g) => html`<li><b>${g.name || g.agent}</b>${tag(scene, g)}
      <span class="num">${at(g.since) > 0 ? timer(serverNow(s) - at(g.since), s.lang) : "–"}</span></li>`)}</ul>`}</section>`;
}

// tag is her state, or what is wrong with her sound.
function tag(scene: Scene, g: Line): TemplateResult {
  const sound = health(scene, g);
  return sound.mood === "bad" ? html`<span class="tag bad">${sound.words}</span>` : html`<span class="tag ${mood(g.state)}">${stateName(scene, g)}</span>`;
}

function line({ s, b }: Scene): TemplateResult {
  const trunks = s.board!.trunks, down = trunks.filter((t) => !t.up);
  const d = s.board!.status.drill;
  return html`<p class="tv-line"><span class="tag ${down.length ? "bad" : "ok"}">${b.line}: ${down.length ? `${b.down} (${down.map((t) => t.name).join(", ")})` : b.up}</span>
    ${d ? html`<span class="tag ${d.ok ? "" : "bad"}">${d.ok ? b.provenAt(clock(at(d.at), s.lang)) : b.drillBad}</span>` : nothing}</p>`;
}

function queueLabel({ s }: Scene, id: string): string {
  return s.board!.status.queues?.find((q) => q.queue === id)?.label ?? id;
}
