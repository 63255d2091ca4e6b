// Sections that edit the routing draft: queues, numbers, volunteers, choices.

import { html, nothing, type TemplateResult } from "lit";
import { button, icon } from "../parts";
import type { Queue } from "./api";
import { moved, shortDuration, without } from "./draft";
import { control, errors, fieldOf, idOf, labelOf, problemsAt } from "./form";
import { mayEdit, type Scene } from "./state";
import { accounts } from "./accounts";

// ---- queues

const queueFields = ["id", "label", "strategy", "ring_for", "greeting", "music", "announce_every", "max_waiting", "max_wait", "max_wait_nobody",
  "wrap_up", "wrap_up_extend", "short_abandon"];

export function queues(scene: Scene): TemplateResult {
  const { s, a, act } = scene;
  const list = s.draft?.queues ?? [];
  return html`${errors(problemsAt(scene, "queues"))}
    ${list.map((q, i) => queue(scene, q, i))}
    ${mayEdit(s) ? button({ label: a.addQueue, icon: "plus", click: () => act.edit("queues", [...list, newQueue(scene)]) }) : nothing}`;
}

function queue(scene: Scene, q: Queue, i: number): TemplateResult {
  const { s, a } = scene;
  const path = `queues[${i}]`;
  const wrong = problemsAt(scene, path, true).length;
  return html`<details class="card item" ?open=${wrong > 0 || (s.draft?.queues.length ?? 0) === 1}><summary><span class="item-name">${q.label || q.id || a.newQueue}</span>
      <span class="hint">${q.id}</span>${wrong ? html`<span class="tag bad">${a.problemsFound(wrong)}</span>` : nothing}</summary>
    <div class="item-body">${flow(scene, q)}
      <div class="grid">${queueFields.map((f) => control(scene, `${path}.${f}`))}</div>
      ${exit(scene, q, path)}${errors(problemsAt(scene, path))}${listDo(scene, "queues", i)}</div></details>`;
}

function exit(scene: Scene, q: Queue, path: string): TemplateResult {
  const { s, a, act } = scene;
  const off = !mayEdit(s);
  const kind = q.exit?.queue !== undefined && q.exit.queue !== "" ? "queue" : "words";
  const name = `${idOf(path)}-exit`;
  const choose = (k: "queue" | "words") => act.edit(`${path}.exit`, k === "queue"
    ? { queue: s.draft?.queues.find((o) => o.id !== q.id)?.id ?? "" } : { words: s.prompts?.find((p) => p.name.startsWith("clos"))?.name ?? "closing" });
  const field = fieldOf(scene, `${path}.exit`);
  return html`<fieldset class="exit"><legend>${a.exitKind}</legend>
    ${field ? html`<p class="help">${field.help?.[s.lang] ?? field.doc ?? ""}</p>` : nothing}
    <label class="switch"><input type="radio" name=${name} ?disabled=${off} .checked=${kind === "queue"} @change=${() => choose("queue")}><span>${a.exitQueue}</span></label>
    <label class="switch"><input type="radio" name=${name} ?disabled=${off} .checked=${kind === "words"} @change=${() => choose("words")}><span>${a.exitWords}</span></label>
    ${control(scene, `${path}.exit.${kind}`)}${errors(problemsAt(scene, `${path}.exit`))}</fieldset>`;
}

// flow tells the settings as the caller lives through them: the quickest way to
// see that a number is wrong.
function flow({ s, a }: Scene, q: Queue): TemplateResult {
  const d = (v: string) => shortDuration(v);
  const label = (id: string) => s.draft?.queues.find((o) => o.id === id)?.label || id;
  const exit = q.exit?.queue ? a.flowExitQueue(label(q.exit.queue)) : a.flowExitWords(q.exit?.words ?? "");
  const never = /^0(ms|s|m|h)?$/.test(d(q.announce_every));
  return html`<p class="flow"><b>${a.flow}.</b> ${a.flowText({ greeting: q.greeting, ring: d(q.ring_for), every: never ? "" : d(q.announce_every), max: d(q.max_wait), nobody: d(q.max_wait_nobody), exit })}</p>`;
}

function newQueue({ s, a }: Scene): Queue {
  const def = (f: string) => s.fields.find((x) => x.key === `queues[].${f}`)?.default ?? "";
  const taken = new Set(s.draft?.queues.map((q) => q.id));
  let n = 1;
  while (taken.has(`queue${n}`)) n++;
  return {
    id: `queue${n}`, label: a.newQueue, strategy: def("strategy") || "longest_idle", ring_for: def("ring_for") || "20s", greeting: def("greeting") || "greeting",
    music: def("music") || "music", announce_every: def("announce_every") || "45s", max_waiting: Number(def("max_waiting") || 0), max_wait: def("max_wait") || "15m",
    max_wait_nobody: def("max_wait_nobody") || "2m", exit: { words: s.prompts?.find((p) => p.name.startsWith("clos"))?.name ?? "closing" },
    wrap_up: def("wrap_up") || "2m", wrap_up_extend: def("wrap_up_extend") || "2m", short_abandon: def("short_abandon") || "5s",
  };
}

// ---- numbers

export function numbers(scene: Scene): TemplateResult {
  const { s, a, act } = scene;
  const list = s.draft?.numbers ?? [];
  return html`${errors(problemsAt(scene, "numbers"))}
    ${list.map((_, i) => html`<div class="card row-card"><div class="grid">${["number", "queue", "language"].map((f) => control(scene, `numbers[${i}].${f}`))}</div>
      ${errors(problemsAt(scene, `numbers[${i}]`))}${listDo(scene, "numbers", i)}</div>`)}
    ${mayEdit(s) ? button({ label: a.addNumber, icon: "plus", click: () => act.edit("numbers", [...list, { number: "", queue: s.draft?.queues[0]?.id ?? "", language: "id" }]) }) : nothing}`;
}

// ---- volunteers

export function volunteers(scene: Scene): TemplateResult {
  const { s, a, act } = scene;
  const list = s.draft?.agents ?? [];
  return html`<section aria-labelledby="agents-title" class="stack"><h3 id="agents-title">${a.agents}</h3>${errors(problemsAt(scene, "agents"))}
    ${list.map((g, i) => html`<div class="card row-card"><div class="grid">${["id", "name"].map((f) => control(scene, `agents[${i}].${f}`))}${answers(scene, i)}${["mobile", "dial"].map((f) => control(scene, `agents[${i}].${f}`))}</div>
      ${s.users && g.id && !s.users.some((u) => u.name === g.id) ? html`<p class="hint">${icon("warn")}<span>${g.id} ${a.noAccount}</span></p>` : nothing}
      ${errors(problemsAt(scene, `agents[${i}]`))}${listDo(scene, "agents", i)}</div>`)}
    ${mayEdit(s) ? button({ label: a.addAgent, icon: "plus", click: () => act.edit("agents", [...list, { id: "", name: "", queues: s.draft?.queues.slice(0, 1).map((q) => q.id) ?? [] }]) }) : nothing}
    </section>${mayEdit(s) ? accounts(scene) : nothing}`;
}

function answers(scene: Scene, i: number): TemplateResult {
  const { s, act } = scene;
  const path = `agents[${i}].queues`;
  const mine = s.draft?.agents[i]?.queues ?? [];
  const f = fieldOf(scene, path);
  const known = s.draft?.queues ?? [];
  const toggle = (id: string, on: boolean) => act.edit(path, on ? [...mine, id] : mine.filter((q) => q !== id));
  return html`<fieldset class="field"><legend>${f ? labelOf(scene, f) : scene.a.answersCol}</legend>
    ${known.map((q) => html`<label class="switch"><input type="checkbox" ?disabled=${!mayEdit(s)} .checked=${mine.includes(q.id)}
      @change=${(e: Event) => toggle(q.id, (e.target as HTMLInputElement).checked)}><span>${q.label || q.id}</span></label>`)}
    ${errors(problemsAt(scene, path, true))}</fieldset>`;
}

// ---- calls out

export function outgoing(scene: Scene): TemplateResult {
  const { s, a, act } = scene;
  const rates = s.draft?.outgoing?.rates ?? [];
  const f = fieldOf(scene, "outgoing.rates");
  return html`<section class="card stack">${errors(problemsAt(scene, "outgoing"))}
      <div class="grid">${["allow", "deny", "max_at_once", "max_per_hour", "max_minutes", "max_cost_per_day"].map((k) => control(scene, `outgoing.${k}`))}</div></section>
    <section class="stack" aria-labelledby="rates-title"><h3 id="rates-title">${f ? labelOf(scene, f) : "rates"}</h3>
      ${f?.help || f?.doc ? html`<p class="help">${f.help?.[s.lang] ?? f.doc}</p>` : nothing}
      ${rates.map((_, i) => html`<div class="card row-card"><div class="grid">${["prefix", "per_minute"].map((k) => control(scene, `outgoing.rates[${i}].${k}`))}</div>
        ${errors(problemsAt(scene, `outgoing.rates[${i}]`))}
        ${mayEdit(s) ? html`<div class="item-do">${button({ label: a.remove, id: `rate-${i}`, kind: "ghost", click: () => act.edit("outgoing.rates", without(rates, i)) })}</div>` : nothing}</div>`)}
      ${mayEdit(s) ? button({ label: a.addRate, icon: "plus", click: () => act.edit("outgoing.rates", [...rates, { prefix: "", per_minute: 0 }]) }) : nothing}</section>`;
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
    ${f?.help || f?.doc ? html`<p class="help">${f.help?.[s.lang] ?? f.doc}</p>` : nothing}${errors(problemsAt(scene, list))}
    ${all.map((_, i) => html`<div class="card row-card"><div class="grid">${["code", "label.en", "label.id"].map((k) => control(scene, `${list}[${i}].${k}`))}</div>
      ${errors(problemsAt(scene, `${list}[${i}]`))}${listDo(scene, list, i)}</div>`)}
    ${mayEdit(s) ? button({ label: a.addChoice, id: `add-${list}`, icon: "plus", click: () => act.edit(list, [...all, { code: "", label: { en: "", id: "" } }]) }) : nothing}</section>`;
}

// listDo: order by buttons, never by dragging alone (WCAG 2.5.7).
function listDo({ s, a, act }: Scene, list: "queues" | "numbers" | "agents" | "pause_reasons" | "dispositions", i: number): TemplateResult | typeof nothing {
  if (!mayEdit(s)) return nothing;
  const all: unknown[] = s.draft?.[list] ?? [];
  return html`<div class="item-do">
    ${i > 0 ? button({ label: a.moveUp, kind: "ghost", click: () => act.edit(list, moved(all, i, -1)) }) : nothing}
    ${i < all.length - 1 ? button({ label: a.moveDown, kind: "ghost", click: () => act.edit(list, moved(all, i, 1)) }) : nothing}
    ${button({ label: a.remove, kind: "ghost", click: () => act.edit(list, without(all, i)) })}</div>`;
}
