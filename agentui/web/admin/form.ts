// Form controls for the routing document, drawn from the server's description
// of its fields. Each shows its help, and its problem right below it.

import { html, nothing, type TemplateResult } from "lit";
import { ofField, toField } from "../format";
import { mistake } from "../i18n/problems";
import type { Field, Problem } from "./api";
import { named, shortDuration, valueAt } from "./draft";
import { mayEdit, type Scene } from "./state";

// What is typed at this moment stays as it is typed.
function held(id: string, shown: string): string {
  const at = document.activeElement;
  return at?.id === id && at instanceof HTMLInputElement ? at.value : shown;
}

/** A labelled control for the value at path; generic is its key in the description. */
export function control(scene: Scene, path: string): TemplateResult | typeof nothing {
  const f = fieldOf(scene, path);
  if (!f) return nothing;
  const value = valueAt(scene.s.draft, path);
  const id = idOf(path);
  const problems = problemsAt(scene, path, f.type === "list"); // of a list, also its elements
  const help = f.help?.[scene.s.lang] ?? f.doc ?? "";
  const described = [help ? `${id}-help` : "", problems.length ? `${id}-error` : ""].filter(Boolean).join(" ");
  return html`<div class="field">${f.type === "switch" ? nothing : html`<label for=${id}>${labelOf(scene, f)}</label>`}
    ${input(scene, f, path, id, value, described, problems.length > 0)}
    ${help ? html`<p class="help" id="${id}-help">${help}${f.type === "duration" ? ` ${scene.a.durationHint}` : ""}</p>` : nothing}
    ${errors(scene, problems, `${id}-error`)}</div>`;
}

/** The problems of a path that has no control of its own. */
export function errors({ s }: Scene, problems: Problem[], id?: string): TemplateResult | typeof nothing {
  if (problems.length === 0) return nothing;
  return html`<p class="error" id=${id ?? nothing}>${problems.map((p) => mistake(p, s.lang)).join(" ")}</p>`;
}

/** The problems at exactly this path; with deep also of everything inside. */
export function problemsAt({ s }: Scene, path: string, deep = false): Problem[] {
  return s.ofText ? [] : s.problems.filter((p) => {
    const at = p.path ?? p.key;
    return at === path || (deep && (at.startsWith(`${path}.`) || at.startsWith(`${path}[`)));
  });
}

function input(scene: Scene, f: Field, path: string, id: string, value: unknown, described: string, wrong: boolean): TemplateResult {
  const { act } = scene;
  const off = !mayEdit(scene.s);
  const set = (e: Event) => act.edit(path, (e.target as HTMLInputElement).value);
  const about = described || nothing;
  const bad = wrong ? "true" : nothing;
  const options = optionsOf(scene, f);
  if (options && mayLack.has(f.key)) options.unshift({ value: "", label: scene.a.none });
  if (options) {
    const now = String(value ?? "");
    const listed = options.some((o) => o.value === now) ? options : [{ value: now, label: now || "–" }, ...options];
    return html`<select id=${id} ?disabled=${off} aria-describedby=${about} aria-invalid=${bad} @change=${set}>
      ${listed.map((o) => html`<option value=${o.value} ?selected=${o.value === now}>${o.label}</option>`)}</select>`;
  }
  if (f.type === "switch") {
    return html`<label class="switch"><input id=${id} type="checkbox" ?disabled=${off} .checked=${value === true} aria-describedby=${about} aria-invalid=${bad}
      @change=${(e: Event) => act.edit(path, (e.target as HTMLInputElement).checked)}><span>${labelOf(scene, f)}</span></label>`;
  }
  if (f.key.endsWith(".days")) return days(scene, path, id, value, off);
  if (f.type === "list" && f.refers === "agents") return boxes(scene, path, id, value, (scene.s.draft?.agents ?? []).map((g) => ({ value: g.id, label: g.name || g.id })));
  if (f.type === "list" && f.refers === "queues") return boxes(scene, path, id, value, (scene.s.draft?.queues ?? []).map((q) => ({ value: q.id, label: q.label || q.id })));
  if (f.key.endsWith(".date")) {
    return html`<input id=${id} type="date" ?disabled=${off} .value=${String(value ?? "")} aria-describedby=${about} aria-invalid=${bad} @change=${set}>`;
  }
  if (f.key.endsWith(".until")) {
    const local = (e: Event) => act.edit(path, ofField((e.target as HTMLInputElement).value));
    return html`<input id=${id} type="datetime-local" ?disabled=${off} .value=${toField(String(value ?? ""))} aria-describedby=${about} aria-invalid=${bad} @change=${local}>`;
  }
  if (f.type === "list") {
    const words = (text: string) => text.split(/[\s,;]+/).filter(Boolean);
    return html`<input id=${id} type="text" spellcheck="false" autocapitalize="none" ?disabled=${off} .value=${held(id, ((value as string[] | null) ?? []).join(", "))}
      aria-describedby=${about} aria-invalid=${bad} @input=${(e: Event) => act.edit(path, words((e.target as HTMLInputElement).value))}>`;
  }
  if (f.type === "number") {
    // An emptied field is no 0, which often means without limit: it goes back to the default.
    const typed = (e: Event) => (e.target as HTMLInputElement).value;
    const number = (e: Event) => { if (typed(e) !== "") act.edit(path, Number(typed(e))); };
    const left = (e: Event) => { if (typed(e) === "") { (e.target as HTMLInputElement).value = f.default || "0"; act.edit(path, Number(f.default || 0)); } };
    return html`<input id=${id} type="number" min="0" step="any" inputmode="numeric" ?disabled=${off} .value=${held(id, String(value ?? ""))} aria-describedby=${about}
      aria-invalid=${bad} @input=${number} @change=${left}>`;
  }
  // Who names it is led along when its name is left, not at each letter of it.
  const of = named.find((l) => f.key === `${l}[].id`);
  const come = (e: Event) => { if (of) (e.target as HTMLElement).dataset["was"] = String(value ?? ""); };
  const left = (e: Event) => { const t = e.target as HTMLInputElement; if (of) act.rename(of, t.dataset["was"] ?? "", t.value); };
  const shown = f.type === "duration" ? shortDuration(String(value ?? "")) : String(value ?? "");
  return html`<input id=${id} type="text" class=${f.type === "duration" ? "short" : ""} spellcheck="false" autocapitalize="none" ?disabled=${off} .value=${held(id, shown)}
    aria-describedby=${about} aria-invalid=${bad} @focus=${come} @input=${set} @change=${left}>`;
}

const week = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

// days are seven boxes in the reader's words; 1 January 2024 was a Monday.
function days({ s, act }: Scene, path: string, id: string, value: unknown, off: boolean): TemplateResult {
  const on = (value as string[] | null) ?? [];
  const name = new Intl.DateTimeFormat(s.lang, { weekday: "short", timeZone: "UTC" });
  return html`<div class="days" id=${id} role="group">${week.map((d, i) => html`<label><input type="checkbox" ?disabled=${off} .checked=${on.includes(d)}
    @change=${(e: Event) => act.edit(path, week.filter((w) => (w === d ? (e.target as HTMLInputElement).checked : on.includes(w))))}><span>${name.format(Date.UTC(2024, 0, 1 + i))}</span></label>`)}</div>`;
}

// boxes choose any of what the document names; what it names no longer stays to
// be seen, and can be taken away.
function boxes({ s, act }: Scene, path: string, id: string, value: unknown, known: Option[]): TemplateResult {
  const on = (value as string[] | null) ?? [];
  const all = [...known, ...on.filter((v) => !known.some((o) => o.value === v)).map((v) => ({ value: v, label: v }))];
  return html`<div class="days" id=${id} role="group">${all.map((o) => html`<label><input type="checkbox" ?disabled=${!mayEdit(s)} .checked=${on.includes(o.value)}
    @change=${(e: Event) => act.edit(path, (e.target as HTMLInputElement).checked ? [...on, o.value] : on.filter((v) => v !== o.value))}><span>${o.label}</span></label>`)}</div>`;
}

interface Option {
  value: string;
  label: string;
}

function optionsOf(scene: Scene, f: Field): Option[] | null {
  const { s } = scene;
  const refers = f.refers || fallbackRefers[f.key];
  if (f.type === "list") return null;
  if (refers === "queues") return (s.draft?.queues ?? []).map((q) => ({ value: q.id, label: q.label ? `${q.label} (${q.id})` : q.id }));
  if (refers === "menus" || refers === "hours") return [{ value: "", label: scene.a.none }, ...(s.draft?.[refers] ?? []).map((m) => ({ value: m.id, label: m.id }))];
  if (refers === "prompts" && s.prompts) return s.prompts.map((p) => ({ value: p.name, label: p.name }));
  if (!f.choices?.length) return null;
  return f.choices.map((c) => (typeof c === "string" ? { value: c, label: c } : { value: c.value, label: c.label?.[s.lang] ?? c.value }));
}

// What may name nothing, and shall be able to again.
const mayLack = new Set(["queues[].greeting", "messages.thanks", "menus[].choices[].queue", "queues[].ladder[].choices[].queue", "blocked.queue"]);

// For a server whose description does not yet say what a name refers to.
const fallbackRefers: Partial<Record<string, "queues" | "prompts">> = {
  "numbers[].queue": "queues", "queues[].exit.queue": "queues", "queues[].exit.words": "prompts",
  "queues[].greeting": "prompts", "queues[].music": "prompts",
};

/** The description of the field at path. */
export function fieldOf({ s }: Scene, path: string): Field | undefined {
  const key = path.replaceAll(/\[\d+\]/g, "[]");
  return s.fields.find((f) => f.key === key);
}

/** Its label in the reader's language, else its key. */
export function labelOf({ s }: Scene, f: Field): string {
  return f.label?.[s.lang] || f.key.split(".").at(-1)!.replaceAll("_", " ").replaceAll("[]", "");
}

export function idOf(path: string): string {
  return `f-${path.replaceAll(/[^a-z0-9]+/gi, "-")}`;
}
