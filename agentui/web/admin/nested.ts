// Lists and groups of the routing document, drawn from the server's description
// alone: a new setting has its control without a line here.

import { html, nothing, type TemplateResult } from "lit";
import { button } from "../parts";
import type { Field } from "./api";
import { moved, valueAt } from "./draft";
import { control, errors, fieldOf, idOf, labelOf, problemsAt } from "./form";
import { mayEdit, type Scene } from "./state";

/** Controls of the struct at path: those of keys, in their order, or all but those of but. */
export function group(scene: Scene, path: string, keys?: string[], but: string[] = []): TemplateResult {
  const all = childrenOf(scene, path).filter((f) => !but.includes(nameOf(f)));
  const shown = keys ? keys.flatMap((k) => all.filter((f) => nameOf(f) === k)) : all;
  const plain = shown.filter((f) => !isNested(scene, f));
  const nested = shown.filter((f) => isNested(scene, f));
  return html`${plain.length ? html`<div class="grid">${plain.map((f) => control(scene, join(path, nameOf(f))))}</div>` : nothing}
    ${nested.map((f) => (f.type === "list" ? list(scene, join(path, nameOf(f))) : inset(scene, join(path, nameOf(f)))))}`;
}

/** A list of structs: a row each, with add, order and remove. */
export function list(scene: Scene, path: string): TemplateResult | typeof nothing {
  const f = fieldOf(scene, path);
  if (!f) return nothing;
  const { s, a, act } = scene;
  const rows = (valueAt(s.draft, path) as unknown[] | null | undefined) ?? [];
  const help = f.help?.[s.lang] ?? f.doc ?? "";
  return html`<fieldset class="nested ${/[.[]/.test(path) ? "" : "top"}"><legend>${labelOf(scene, f)}</legend>${help ? html`<p class="help">${help}</p>` : nothing}${errors(scene, problemsAt(scene, path))}
    ${rows.map((_, i) => row(scene, path, rows, i))}
    ${mayEdit(s) ? html`<div>${button({ label: a.addTo(labelOf(scene, f)), id: `add-${path.replaceAll(/\W+/g, "-")}`, icon: "plus", kind: "plain", click: () => act.grow(path, rows, blank(scene, `${f.key}[]`)) })}</div>` : nothing}</fieldset>`;
}

function row(scene: Scene, path: string, rows: unknown[], i: number): TemplateResult {
  const { s, a, act } = scene;
  const at = `${path}[${i}]`;
  return html`<div class="nested-row" role="group" id=${idOf(at)} aria-label=${a.entry(i + 1)}>${group(scene, at)}${errors(scene, problemsAt(scene, at))}
    ${mayEdit(s) ? html`<div class="item-do">
      ${i > 0 ? button({ label: a.moveUp, kind: "ghost", click: () => act.edit(path, moved(rows, i, -1)) }) : nothing}
      ${i < rows.length - 1 ? button({ label: a.moveDown, kind: "ghost", click: () => act.edit(path, moved(rows, i, 1)) }) : nothing}
      ${button({ label: a.remove, kind: "ghost", click: () => act.shrink(path, rows, i) })}</div>` : nothing}</div>`;
}

function inset(scene: Scene, path: string): TemplateResult | typeof nothing {
  const f = fieldOf(scene, path);
  if (!f) return nothing;
  const help = f.help?.[scene.s.lang] ?? f.doc ?? "";
  return html`<fieldset class="nested"><legend>${labelOf(scene, f)}</legend>${help ? html`<p class="help">${help}</p>` : nothing}
    ${group(scene, path)}${errors(scene, problemsAt(scene, path))}</fieldset>`;
}

/** The top-level keys that no section of their own shows. */
export function others(scene: Scene, but: string[]): TemplateResult {
  const tops = scene.s.fields.filter((f) => !/[.[]/.test(f.key) && !but.includes(f.key));
  return html`${tops.map((f) => html`<section class="card stack">${isNested(scene, f) ? (f.type === "list" ? list(scene, f.key) : inset(scene, f.key)) : control(scene, f.key)}</section>`)}`;
}

/** An element as the server would fill it in: every key with its default. */
export function blank({ s }: Scene, key: string): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const f of s.fields) {
    const name = f.key.startsWith(`${key}.`) ? f.key.slice(key.length + 1) : "";
    if (!name || /[.[]/.test(name)) continue;
    out[name] = f.type === "number" ? Number(f.default || 0) : f.type === "switch" ? f.default === "true" : f.type === "list" ? [] : f.type === "group" ? blank({ s } as Scene, f.key) : f.default;
  }
  return out;
}

function childrenOf({ s }: Scene, path: string): Field[] {
  const key = path.replaceAll(/\[\d+\]/g, "[]");
  return s.fields.filter((f) => f.key.startsWith(`${key}.`) && !/[.[]/.test(f.key.slice(key.length + 1)));
}

function isNested({ s }: Scene, f: Field): boolean {
  return f.type === "group" || (f.type === "list" && s.fields.some((g) => g.key.startsWith(`${f.key}[].`)));
}

function nameOf(f: Field): string {
  return f.key.split(".").at(-1)!;
}

function join(path: string, name: string): string {
  return path ? `${path}.${name}` : name;
}
