// A list of changes in sentences, as the review, the history and a conflict show it.

import { html, type TemplateResult } from "lit";
import type { Change } from "./api";
import { shortDuration } from "./draft";
import { labelOf } from "./form";
import type { Scene } from "./state";

export function changeList(scene: Scene, list: Change[]): TemplateResult {
  if (list.length === 0) return html`<p class="hint">${scene.a.noChanges}</p>`;
  return html`<ul class="changes">${list.map((c) => html`<li class=${c.old === undefined ? "added" : c.new === undefined ? "removed" : "changed"}>${changeWords(scene, c)}</li>`)}</ul>`;
}

/** One change, told with the labels of the form. */
export function changeWords(scene: Scene, c: Change): string {
  const { a, s } = scene;
  const [list = "", name = "", ...rest] = c.key.split(".");
  const what = a.whats[list] ?? list;
  if (name === "order" && rest.length === 0) return a.moved(what);
  if (rest.length === 0) return c.old === undefined ? a.added(what, name) : a.removed(what, name);
  const key = `${list}[].${rest.join(".")}`;
  const field = s.fields.find((f) => f.key === key);
  return a.changed(what, name, field ? labelOf(scene, field) : rest.join("."), valueWords(scene, c.old), valueWords(scene, c.new));
}

/** A value as people write it. */
export function valueWords({ a }: Scene, v: unknown): string {
  if (v === undefined || v === null || v === "") return a.nothing;
  if (Array.isArray(v)) return v.length ? v.join(", ") : a.nothing;
  if (typeof v === "object") return JSON.stringify(v);
  return shortDuration(String(v));
}
