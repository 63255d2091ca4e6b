// Sections that edit the routing draft: queues, numbers, volunteers, choices.

import { html, nothing, type TemplateResult } from "lit";
import { button, icon } from "../parts";
import type { Agent, Queue } from "./api";
import { moved, shortDuration, valueAt } from "./draft";
import { control, errors, fieldOf, idOf, labelOf, problemsAt } from "./form";
import { blank, group, list, others } from "./nested";
import { mayEdit, type Scene } from "./state";
import { accounts } from "./accounts";
import { unfolds } from "./unfold";
import { exitWords, way } from "./way";

// ---- queues

// The parts of a queue, as an admin looks for them; what no part names is under
// the last.
const queueParts: Record<string, string[]> = {
  ring: ["strategy", "ring_for", "ring_n", "ring_step", "weight", "steps"],
  wait: ["greeting", "music", "max_wait", "max_wait_nobody", "announce_every", "announce_position", "announce_limit", "announce_wait", "comfort", "comfort_every", "ladder"],
  hours: ["hours", "at_closing", "closed", "min_planned", "cover"],
  limits: ["max_waiting", "max_expected_wait", "max_ratio", "resume_for", "drop_return_for"],
  writing: ["wrap_up_mode", "wrap_up", "wrap_up_extend"],
};
const partOf = new Set(Object.values(queueParts).flat());
const ownFields = ["id", "label", "exit", "when_closed"];

export function queues(scene: Scene): TemplateResult {
  const { s, a, act } = scene;
  const list = s.draft?.queues ?? [];
  return html`${errors(scene, problemsAt(scene, "queues"))}
    ${list.map((q, i) => queue(scene, q, i))}
    ${mayEdit(s) ? button({ label: a.addQueue, id: "add-queues", icon: "plus", click: () => act.grow("queues", list, newQueue(scene)) }) : nothing}`;
}

function queue(scene: Scene, q: Queue, i: number): TemplateResult {
  const { s, a } = scene;
  const path = `queues[${i}]`;
  const wrong = problemsAt(scene, path, true).length;
  return html`<details class="card item" ${unfolds(wrong > 0 || (s.draft?.queues.length ?? 0) === 1)}><summary><span class="item-name">${q.label || q.id || a.newQueue}</span>
      <span class="hint">${q.id}</span>${wrong ? html`<span class="tag bad">${a.problemsFound(wrong)}</span>` : nothing}</summary>
    <div class="item-body">${flow(scene, q)}
      <div class="grid">${["id", "label"].map((f) => control(scene, `${path}.${f}`))}</div>
      ${Object.entries(queueParts).map(([name, keys]) => part(scene, path, a.parts[name] ?? name, keys, group(scene, path, keys),
        name === "wait" ? exit(scene, path, "exit") : name === "hours" ? exit(scene, path, "when_closed") : nothing))}
      ${part(scene, path, a.parts.more ?? "", s.fields.filter((f) => f.key.startsWith("queues[].")).map((f) => f.key.slice(9)).filter((k) => !partOf.has(k) && !ownFields.includes(k)),
        group(scene, path, undefined, [...partOf, ...ownFields]))}
      ${errors(scene, problemsAt(scene, path))}${listDo(scene, "queues", i)}</div></details>`;
}

// part is one group of a queue's settings; one with something to mend is open.
function part(scene: Scene, path: string, title: string, keys: string[], ...content: unknown[]): TemplateResult {
  const wrong = keys.reduce((n, k) => n + problemsAt(scene, `${path}.${k}`, true).length, 0);
  return html`<details class="part" ${unfolds(wrong > 0)}><summary>${title}${wrong ? html` <span class="tag bad">${scene.a.problemsFound(wrong)}</span>` : nothing}</summary>
    <div class="part-body">${content}</div></details>`;
}

// exit is the choice of one way out, of those the server knows.
function exit(scene: Scene, path: string, key: "exit" | "when_closed"): TemplateResult {
  const { s, a, act } = scene;
  const off = !mayEdit(s);
  const at = `${path}.${key}`;
  const now = (valueAt(s.draft, at) ?? {}) as { queue?: string; words?: string; message?: boolean };
  const kind = now.queue ? "queue" : now.message ? "message" : now.words || key === "exit" ? "words" : "none";
  const first = s.draft?.queues.find((o) => o.id !== valueAt(s.draft, `${path}.id`))?.id ?? "";
  const words = key === "exit" ? "closing" : "closed"; // both are always there
  const kinds: [string, string, object][] = [["words", a.exitWords, { words }], ["queue", a.exitQueue, { queue: first }], ["message", a.exitMessage, { message: true }]];
  if (key === "when_closed") kinds.unshift(["none", a.exitNone, {}]);
  const field = fieldOf(scene, at);
  return html`<fieldset class="exit" id=${idOf(at)}><legend>${field ? labelOf(scene, field) : a.exitKind}</legend>
    ${field ? html`<p class="help">${field.help?.[s.lang] ?? field.doc ?? ""}</p>` : nothing}
    ${kinds.map(([k, label, value]) => html`<label class="switch"><input type="radio" name=${`${idOf(path)}-${key}`} ?disabled=${off} .checked=${kind === k} @change=${() => act.edit(at, value)}><span>${label}</span></label>`)}
    ${kind === "queue" || kind === "words" ? control(scene, `${at}.${kind}`) : nothing}${errors(scene, problemsAt(scene, at))}</fieldset>`;
}

// flow tells the settings as the caller lives through them: the quickest way to
// see that a number is wrong.
function flow(scene: Scene, q: Queue): TemplateResult {
  const { a } = scene;
  const d = (v: string) => shortDuration(v);
  const never = /^0(ms|s|m|h)?$/.test(d(q.announce_every));
  return html`<p class="flow"><b>${a.flow}.</b> ${a.flowText({ greeting: q.greeting, ring: d(q.ring_for), every: never ? "" : d(q.announce_every), max: d(q.max_wait), nobody: d(q.max_wait_nobody), exit: exitWords(scene, q.exit) })}</p>
    ${way(scene, q)}`;
}

function newQueue(scene: Scene): Queue {
  const { s, a } = scene;
  const taken = new Set(s.draft?.queues.map((q) => q.id));
  let n = 1;
  while (taken.has(`queue${n}`)) n++;
  return { ...blank(scene, "queues[]"), id: `queue${n}`, label: a.newQueue, exit: { words: "closing" }, when_closed: {} } as unknown as Queue;
}

// ---- menus

export function menus(scene: Scene): TemplateResult {
  return html`${list(scene, "menus")}`;
}

// ---- what no section of its own shows

const ownSections = ["numbers", "menus", "hours", "queues", "agents", "shifts", "outgoing", "pause_reasons", "dispositions"];

export function rules(scene: Scene): TemplateResult {
  return others(scene, ownSections);
}

// ---- numbers

export function numbers(scene: Scene): TemplateResult {
  const { s, a, act } = scene;
  const list = s.draft?.numbers ?? [];
  return html`${errors(scene, problemsAt(scene, "numbers"))}
    ${list.map((_, i) => html`<div class="card row-card"><div class="grid">${["number", "queue", "menu", "language"].map((f) => control(scene, `numbers[${i}].${f}`))}</div>
      ${errors(scene, problemsAt(scene, `numbers[${i}]`))}${listDo(scene, "numbers", i)}</div>`)}
    ${mayEdit(s) ? button({ label: a.addNumber, id: "add-numbers", icon: "plus", click: () => act.grow("numbers", list, { number: "", queue: s.draft?.queues[0]?.id ?? "", language: "id" }) }) : nothing}`;
}

// ---- volunteers

export function volunteers(scene: Scene): TemplateResult {
  const { s, a, act } = scene;
  const list = s.draft?.agents ?? [];
  return html`<section aria-labelledby="agents-title" class="stack"><h3 id="agents-title">${a.agents}</h3>${errors(scene, problemsAt(scene, "agents"))}
    ${list.map((g, i) => html`<div class="card row-card"><div class="grid">${["id", "name"].map((f) => control(scene, `agents[${i}].${f}`))}${answers(scene, i)}${["mobile", "dial"].map((f) => control(scene, `agents[${i}].${f}`))}</div>
      ${part(scene, `agents[${i}]`, a.parts.skills ?? "", ["languages", "gender", "topics", "weight", "supervisor", "tiers"], group(scene, `agents[${i}]`, undefined, ["id", "name", "queues", "mobile", "dial"]))}
      ${s.users && g.id && !s.users.some((u) => u.name === g.id) ? html`<p class="hint">${icon("warn")}<span>${g.id} ${a.noAccount}</span></p>` : nothing}
      ${s.users?.some((u) => u.name === g.id && u.role === "admin") ? html`<p class="banner warn">${icon("warn")}<span>${a.adminAnswers}</span></p>` : nothing}
      ${errors(scene, problemsAt(scene, `agents[${i}]`))}${listDo(scene, "agents", i)}</div>`)}
    ${mayEdit(s) ? button({ label: a.addAgent, id: "add-agents", icon: "plus", click: () => act.grow("agents", list, newAgent(scene)) }) : nothing}
    </section>${mayEdit(s) ? accounts(scene) : nothing}`;
}

/** A volunteer who answers the first queue, until told otherwise. */
export function newAgent({ s }: Scene, id = ""): Agent {
  return { id, name: id.charAt(0).toUpperCase() + id.slice(1), queues: s.draft?.queues.slice(0, 1).map((q) => q.id) ?? [] };
}

function answers(scene: Scene, i: number): TemplateResult {
  const { s, act } = scene;
  const path = `agents[${i}].queues`;
  const mine = s.draft?.agents[i]?.queues ?? [];
  const f = fieldOf(scene, path);
  const known = s.draft?.queues ?? [];
  const toggle = (id: string, on: boolean) => act.edit(path, on ? [...mine, id] : mine.filter((q) => q !== id));
  return html`<fieldset class="field" id=${idOf(path)}><legend>${f ? labelOf(scene, f) : scene.a.answersCol}</legend>
    ${known.map((q) => html`<label class="switch"><input type="checkbox" ?disabled=${!mayEdit(s)} .checked=${mine.includes(q.id)}
      @change=${(e: Event) => toggle(q.id, (e.target as HTMLInputElement).checked)}><span>${q.label || q.id}</span></label>`)}
    ${errors(scene, problemsAt(scene, path, true))}</fieldset>`;
}

// ---- calls out

export function outgoing(scene: Scene): TemplateResult {
  const { s, a, act } = scene;
  const rates = s.draft?.outgoing?.rates ?? [];
  const f = fieldOf(scene, "outgoing.rates");
  return html`<section class="card stack">${errors(scene, problemsAt(scene, "outgoing"))}
      <div class="grid">${["allow", "deny", "max_at_once", "max_per_hour", "max_minutes", "max_cost_per_day"].map((k) => control(scene, `outgoing.${k}`))}</div></section>
    <section class="stack" aria-labelledby="rates-title"><h3 id="rates-title">${f ? labelOf(scene, f) : "rates"}</h3>
      ${f?.help || f?.doc ? html`<p class="help">${f.help?.[s.lang] ?? f.doc}</p>` : nothing}
      ${rates.map((_, i) => html`<div class="card row-card"><div class="grid">${["prefix", "per_minute"].map((k) => control(scene, `outgoing.rates[${i}].${k}`))}</div>
        ${errors(scene, problemsAt(scene, `outgoing.rates[${i}]`))}
        ${mayEdit(s) ? html`<div class="item-do">${button({ label: a.remove, id: `rate-${i}`, kind: "ghost", click: () => act.shrink("outgoing.rates", rates, i) })}</div>` : nothing}</div>`)}
      ${mayEdit(s) ? button({ label: a.addRate, id: "add-outgoing-rates", icon: "plus", click: () => act.grow("outgoing.rates", rates, { prefix: "", per_minute: 0 }) }) : nothing}</section>`;
}

// ---- choices of volunteers

export function choices(scene: Scene): TemplateResult {
  return html`${choiceList(scene, "pause_reasons")}${choiceList(scene, "dispositions")}`;
}

function choiceList(scene: Scene, list: "pause_reasons" | "dispositions"): TemplateResult {
  const { s, a, act } = scene;
  const all = s.draft?.[list] ?? [];
  const f = fieldOf(scene, list);
  return html`<section class="stack" aria-labelledby="${list}-title"><h3 id="${list}-title">${f ? labelOf(scene, f) : list}</h3>
    ${f?.help || f?.doc ? html`<p class="help">${f.help?.[s.lang] ?? f.doc}</p>` : nothing}${errors(scene, problemsAt(scene, list))}
    ${all.map((_, i) => html`<div class="card row-card"><div class="grid">${["code", "label.en", "label.id", ...(list === "dispositions" ? ["kind", "wrap_up", "heavy", "new_incident"] : [])].map((k) => control(scene, `${list}[${i}].${k}`))}</div>
      ${errors(scene, problemsAt(scene, `${list}[${i}]`))}${listDo(scene, list, i)}</div>`)}
    ${mayEdit(s) ? button({ label: a.addChoice, id: `add-${list}`, icon: "plus", click: () => act.grow(list, all, { code: "", label: { en: "", id: "" } }) }) : nothing}</section>`;
}

// listDo: order by buttons, never by dragging alone (WCAG 2.5.7).
function listDo({ s, a, act }: Scene, list: "queues" | "numbers" | "agents" | "pause_reasons" | "dispositions", i: number): TemplateResult | typeof nothing {
  if (!mayEdit(s)) return nothing;
  const all: unknown[] = s.draft?.[list] ?? [];
  return html`<div class="item-do">
    ${i > 0 ? button({ label: a.moveUp, kind: "ghost", click: () => act.edit(list, moved(all, i, -1)) }) : nothing}
    ${i < all.length - 1 ? button({ label: a.moveDown, kind: "ghost", click: () => act.edit(list, moved(all, i, 1)) }) : nothing}
    ${button({ label: a.remove, kind: "ghost", click: () => act.shrink(list, all, i) })}</div>`;
}
