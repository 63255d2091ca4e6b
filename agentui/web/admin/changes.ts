// A list of changes in sentences, as the review, the history and a conflict show it.

import { html, type TemplateResult } from "lit";
import type { Change, Field, WireChange } from "./api";
import { shortDuration } from "./draft";
import { labelOf } from "./form";
import type { Scene } from "./state";

// Lists of the document whose elements have a name; of what else there is, a
// change names the key itself.
const lists = ["numbers", "menus", "hours", "queues", "agents", "pause_reasons", "dispositions"];

/** A change as the server tells it. */
export function fromServer(c: WireChange): Change {
  const what = c.what.replaceAll(" ", "_");
  const list = lists.find((l) => l === what || l === `${what}s`);
  if (!list) return { key: [c.what, c.name, c.key].filter(Boolean).join("."), old: c.old ?? "", new: c.new ?? "" };
  switch (c.kind) {
    case "added": return { key: `${list}.${c.name}`, new: true };
    case "removed": return { key: `${list}.${c.name}`, old: true };
    case "moved": return { key: `${list}.order`, old: [], new: [] };
    case "changed": return { key: `${list}.${c.name}.${c.key}`, old: c.old ?? "", new: c.new ?? "" };
  }
}

export function changeList(scene: Scene, list: Change[]): TemplateResult {
  if (list.length === 0) return html`<p class="hint">${scene.a.noChanges}</p>`;
  return html`<ul class="changes">${list.map((c) => html`<li class=${c.old === undefined ? "added" : c.new === undefined ? "removed" : "changed"}>${changeWords(scene, c)}</li>`)}</ul>`;
}

/** One change, told with the labels of the form. */
export function changeWords(scene: Pick<Scene, "s" | "a">, c: Change): string {
  const { a } = scene;
  const [list = "", name = "", ...rest] = c.key.split(".");
  const what = a.whats[list] ?? list;
  if (!lists.includes(list)) {
    const top = fieldNamed(scene, list);
    return a.changed(a.whats[list] ?? (top ? labelOf(scene as Scene, top) : list), "", label(scene, list, [name, ...rest].filter(Boolean), "."), valueWords(scene, c.old, c.key), valueWords(scene, c.new, c.key));
  }
  if (name === "order" && rest.length === 0) return a.moved(what);
  if (rest.length === 0) return c.old === undefined ? a.added(what, name) : a.removed(what, name);
  const key = `${list}[].${rest.join(".")}`;
  return a.changed(what, name, label(scene, list, rest, "[]."), valueWords(scene, c.old, key), valueWords(scene, c.new, key));
}

// label names a key by the form's words; what the form does not name stays.
function label(scene: Pick<Scene, "s">, list: string, keys: string[], join: string): string {
  for (let n = keys.length; n > 0; n--) {
    const f = fieldNamed(scene, `${list}${join}${keys.slice(0, n).join(".")}`);
    if (f) return [labelOf(scene as Scene, f), ...keys.slice(n)].join(" ");
  }
  return keys.join(".");
}

function fieldNamed({ s }: Pick<Scene, "s">, key: string): Field | undefined {
  return s.fields.find((f) => f.key === key);
}

/** A value as people write it; of a key, with the words of its choices. */
export function valueWords(scene: Pick<Scene, "s" | "a">, v: unknown, key = ""): string {
  const { s, a } = scene;
  if (v === undefined || v === null || v === "") return a.nothing;
  if (Array.isArray(v)) return v.length ? v.map((e) => (e && typeof e === "object" ? short(e) : String(e))).join(", ") : a.nothing;
  if (typeof v === "object") return short(v) || a.nothing;
  const f = fieldNamed(scene, key);
  if (f?.type === "switch") return String(v) === "true" ? a.yes : a.no;
  const choice = f?.choices?.find((c) => typeof c !== "string" && c.value === String(v));
  return (typeof choice === "object" && choice.label?.[s.lang]) || shortDuration(String(v));
}

// short is what a group says, without its keys.
function short(v: object): string {
  return Object.values(v).flatMap((x) => (x === "" || x === null || x === false ? [] : Array.isArray(x) ? x.map((e) => (e && typeof e === "object" ? short(e) : String(e))) : typeof x === "object" ? [short(x as object)] : [shortDuration(String(x))])).join(" ");
}
