// The routing document as an admin edits it: values by path, and what differs
// between two documents. Pure; the server has the last word on both.

import type { Change, Field, Routing } from "./api";

type Json = unknown;

/** The value at queues[2].exit.words, or undefined. */
export function valueAt(doc: Json, path: string): Json {
  let v: Json = doc;
  for (const step of steps(path)) {
    if (v === null || typeof v !== "object") return undefined;
    v = (v as Record<string | number, Json>)[step];
  }
  return v;
}

/** A copy of doc with value at path; undefined removes the key. */
export function withValue<T>(doc: T, path: string, value: Json): T {
  const set = (v: Json, at: (string | number)[]): Json => {
    const [step, ...rest] = at;
    if (step === undefined) return value;
    const copy: Record<string | number, Json> = Array.isArray(v) ? ([...v] as never) : { ...(v as Record<string, Json>) };
    const next = set(copy[step], rest);
    if (next === undefined) delete copy[step];
    else copy[step] = next;
    return copy;
  };
  return set(doc, steps(path)) as T;
}

/** Lists whose elements others name. */
export const named = ["queues", "menus", "hours", "agents"] as const;
export type Named = (typeof named)[number];

/** A copy in which everything that names an element by its old name does so by the new one, and how many those are. */
export function renamed(doc: Routing, fields: Field[], list: Named, from: string, to: string): { doc: Routing; places: number } {
  const at = fields.filter((f) => f.refers === list).flatMap((f) => valuesAt(doc, f.key)).filter((v) => v.value === from);
  return { doc: at.reduce((d, v) => withValue(d, v.path, to), doc), places: at.length };
}

/** A copy without list element i. */
export function without<T>(list: readonly T[], i: number): T[] {
  return list.filter((_, k) => k !== i);
}

/** A copy with elements i and i+by exchanged. */
export function moved<T>(list: T[], i: number, by: number): T[] {
  const out = [...list];
  const j = i + by;
  if (j < 0 || j >= out.length) return out;
  [out[i], out[j]] = [out[j]!, out[i]!];
  return out;
}

/** Every value of a key of the description, like queues[].ladder[].prompt, with its path; of lists their elements. */
export function valuesAt(doc: Json, key: string): { path: string; value: Json }[] {
  let found = [{ path: "", value: doc }];
  for (const step of key.split(".")) {
    const name = step.replace("[]", "");
    found = found.map(({ path, value }) => ({ path: join(path, name), value: (value as Record<string, Json> | null | undefined)?.[name] }));
    if (step.endsWith("[]")) found = elements(found);
  }
  return elements(found).filter((f) => f.value !== undefined && f.value !== null);
}

function elements(list: { path: string; value: Json }[]): { path: string; value: Json }[] {
  return list.flatMap((f) => (Array.isArray(f.value) ? f.value.map((value: Json, i) => ({ path: `${f.path}[${i}]`, value })) : [f]));
}

function steps(path: string): (string | number)[] {
  return [...path.matchAll(/([^.[\]]+)|\[(\d+)\]/g)].map((m) => (m[2] === undefined ? m[1]! : Number(m[2])));
}

/** What differs, in the order of the document; elements are known by their first field. */
export function changes(before: Routing, after: Routing): Change[] {
  const found: Change[] = [];
  differ("", before, after, found);
  return found;
}

function differ(key: string, a: Json, b: Json, found: Change[]): void {
  const from = members(a), to = members(b);
  if (!from || !to) {
    if (JSON.stringify(a) !== JSON.stringify(b)) found.push({ key, old: a, new: b });
    return;
  }
  for (const [name, old] of from) {
    if (to.has(name)) differ(join(key, name), old, to.get(name), found);
    else found.push({ key: join(key, name), old });
  }
  for (const [name, value] of to) if (!from.has(name)) found.push({ key: join(key, name), new: value });
  if (!Array.isArray(a)) return;
  const kept = (m: Map<string, Json>, other: Map<string, Json>) => [...m.keys()].filter((n) => other.has(n)).join("\n");
  if (kept(from, to) !== kept(to, from)) found.push({ key: join(key, "order"), old: [...from.keys()], new: [...to.keys()] });
}

/** The parts of a value by name; null: it has none, or no names. */
export function members(v: Json): Map<string, Json> | null {
  if (Array.isArray(v)) {
    if (v.some((e) => e === null || typeof e !== "object")) return null;
    const out = new Map<string, Json>();
    for (const e of v as object[]) {
      const name = String(Object.values(e)[0]);
      if (out.has(name)) return null;
      out.set(name, e);
    }
    return out;
  }
  if (v === null || typeof v !== "object") return null;
  return new Map(Object.entries(v));
}

function join(a: string, b: string): string {
  return a ? `${a}.${b}` : b;
}

/** A duration as people write it: 2m0s is 2m, 1h0m0s is 1h. */
export function shortDuration(go: string): string {
  return go.replace(/(?<=[hm])0s$/, "").replace(/(?<=h)0m$/, "");
}
