// The way of a caller through a queue, from the number she dials to the way out,
// as a picture that changes with what is typed. It is a list, so it can be heard.

import { html, nothing, type TemplateResult } from "lit";
import { seconds, zoneName } from "../format";
import { icon } from "../parts";
import type { Queue, Routing } from "./api";
import { shortDuration } from "./draft";
import type { Scene } from "./state";

type Exit = Queue["exit"];
interface MenuChoice { key: string; menu?: string; queue?: string; danger?: boolean }
interface Menu { id: string; prompt: string; queue: string; choices: MenuChoice[] | null }

/** How callers come to a queue. */
export interface Entries {
  numbers: { number: string; menu: string }[]; // menu: that is asked first; empty: none
  menus: { menu: Menu; keys: string[]; silent: boolean; away: MenuChoice[] }[]; // keys lead here, silent: who presses nothing does
  queues: string[]; // whose callers come here
}

/** Finds them in the document; of menus also the second level. */
export function entriesOf(doc: Routing, id: string): Entries {
  const all = (doc.menus ?? []) as unknown as Menu[];
  const leads = (m: Menu) => ({
    menu: m, silent: m.queue === id, away: (m.choices ?? []).filter((c) => c.menu || (c.queue || m.queue) !== id),
    keys: (m.choices ?? []).filter((c) => !c.menu && (c.queue || m.queue) === id).map((c) => c.key),
  });
  const here = all.map(leads).filter((m) => m.silent || m.keys.length > 0);
  const reaches = (menu: string): boolean => here.some((m) => m.menu.id === menu) || !!all.find((m) => m.id === menu)?.choices?.some((c) => c.menu && here.some((m) => m.menu.id === c.menu));
  const asked = (menu: string) => all.some((m) => m.id === menu);
  const numbers = doc.numbers.map((n) => ({ number: n.number, queue: n.queue, menu: n.menu && asked(n.menu) ? n.menu : "" }))
    .filter((n) => (n.menu ? reaches(n.menu) : n.queue === id));
  const queues = doc.queues.filter((q) => q.id !== id && (q.exit?.queue === id || q.when_closed?.queue === id || (q.ladder ?? []).some((r) => r.choices?.some((c) => c.do === "queue" && c.queue === id)))).map((q) => q.label || q.id);
  return { numbers: numbers.map(({ number, menu }) => ({ number, menu })), menus: here, queues };
}

/** The queues that no number, menu or queue leads to, or that nobody answers. */
export function missing(doc: Routing): { queue: string; numbers: boolean; volunteers: boolean }[] {
  return doc.queues.map((q) => {
    const from = entriesOf(doc, q.id);
    return { queue: q.label || q.id, numbers: from.numbers.length + from.menus.length + from.queues.length > 0, volunteers: doc.agents.some((g) => g.queues.includes(q.id)) };
  }).filter((m) => !m.numbers || !m.volunteers);
}

export function way(scene: Scene, q: Queue): TemplateResult {
  const { s, a } = scene;
  const from = entriesOf(s.draft!, q.id);
  return html`<ol class="way" aria-label=${a.wayTitle}>
    ${entry(scene, from)}${opening(scene, q)}${from.menus.map((m) => menu(scene, m))}${waiting(scene, q)}${rungs(scene, q)}
    <li class="station last"><span class="when">${shortDuration(q.max_wait)}</span><div><b>${a.wayExit}</b> <span>${exitWords(scene, q.exit)}</span>
      ${branch(a.wayNobody(shortDuration(q.max_wait_nobody)))}</div></li></ol>`;
}

function station(title: string, body: unknown, ...branches: unknown[]): TemplateResult {
  return html`<li class="station"><span class="when"></span><div><b>${title}</b> <span>${body}</span>${branches}</div></li>`;
}

// branch is where some callers leave the way.
function branch(words: unknown): TemplateResult {
  return html`<p class="branch"><span aria-hidden="true">↪</span> <span>${words}</span></p>`;
}

function entry({ a }: Scene, from: Entries): TemplateResult {
  const none = from.numbers.length + from.menus.length + from.queues.length === 0;
  return station(a.wayNumber, none ? html`<span class="warned">${icon("warn")}<span>${a.wayNone}</span></span>` : from.numbers.map((n) => n.number).join(", ") || "–",
    from.queues.length ? html`<p class="branch">${a.wayFrom(from.queues.join(", "))}</p>` : nothing);
}

function opening(scene: Scene, q: Queue): TemplateResult {
  const { s, a } = scene;
  const h = q.hours ? s.draft?.hours?.find((x) => x.id === q.hours) : undefined;
  if (!h) return station(a.sections.hours, a.wayAlways);
  return station(a.sections.hours, `${h.id} (${zoneName(String(h["time_zone"] ?? ""))})`, branch(html`${a.wayClosed} ${q.when_closed && Object.values(q.when_closed).some(Boolean) ? exitWords(scene, q.when_closed) : a.flowExitWords("closed")}`));
}

function menu(scene: Scene, m: Entries["menus"][number]): TemplateResult {
  const { a } = scene;
  const keys = m.keys.map((k) => html`<kbd>${k}</kbd> `);
  return station(a.wayMenu(m.menu.id), html`${a.ladderSays} <b>${m.menu.prompt}</b>: ${keys}${m.silent ? a.waySilent : nothing}`,
    m.away.map((c) => branch(html`<kbd>${c.key}</kbd> ${c.menu ? a.wayMenu(c.menu) : labelOf(scene, c.queue || m.menu.queue)}`)));
}

function waiting(scene: Scene, q: Queue): TemplateResult {
  const { s, a } = scene;
  const who = (s.draft?.agents ?? []).filter((g) => g.queues.includes(q.id)).length;
  const strategy = s.fields.find((f) => f.key === "queues[].strategy")?.choices?.find((c) => typeof c !== "string" && c.value === q.strategy);
  const said = who === 0 ? html`<span class="warned">${icon("warn")}<span>${a.wayNobodyAnswers}</span></span>`
    : a.wayRings(who, (typeof strategy === "object" && strategy.label?.[s.lang]) || q.strategy, shortDuration(q.ring_for));
  return html`<li class="station"><span class="when">0s</span><div><b>${a.queueCol} ${q.label || q.id}</b> <span>${a.ladderBegin}. ${said}</span>
    ${q.max_waiting > 0 ? branch(html`${a.wayFull(q.max_waiting)} ${exitWords(scene, q.exit)}`) : nothing}</div></li>`;
}

// rungs are what happens to who is not answered, by when.
function rungs({ s, a }: Scene, q: Queue): TemplateResult[] {
  const all = [...(q.ladder ?? []).map((r) => ({ after: r.after, text: html`${a.ladderSays} <b>${r.prompt}</b>${r.choices?.map((c) => branch(html`<kbd>${c.key}</kbd> ${does(s, c)}`)) ?? nothing}` })),
    ...(q.steps ?? []).map((t) => ({ after: t.after, text: html`${a.ladderWider}` }))];
  return all.sort((x, y) => (seconds(x.after) || 0) - (seconds(y.after) || 0)).map((r) => html`<li><span class="when">${shortDuration(r.after)}</span><div>${r.text}</div></li>`);
}

function does(s: Scene["s"], c: { do: string; queue?: string; number?: string }): string {
  const f = s.fields.find((x) => x.key === "queues[].ladder[].choices[].do");
  const o = f?.choices?.find((x) => typeof x !== "string" && x.value === c.do);
  const name = (typeof o === "object" && o?.label?.[s.lang]) || c.do;
  return c.do === "queue" || c.do === "number" ? `${name} ${c.queue || c.number}` : name;
}

function labelOf({ s }: Scene, id: string): string {
  return s.draft?.queues.find((o) => o.id === id)?.label || id;
}

/** A way out in words. */
export function exitWords(scene: Scene, e: Exit | undefined): string {
  const { a } = scene;
  return e?.queue ? a.flowExitQueue(labelOf(scene, e.queue)) : e?.message ? a.flowExitMessage : a.flowExitWords(e?.words ?? "");
}
