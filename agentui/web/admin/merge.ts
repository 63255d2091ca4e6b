// Two admins edited the same document: what each changed is put together field
// by field. Only where both changed the same thing somebody has to choose.

import type { Routing } from "./api";
import { members } from "./draft";

/** One thing that both changed, each to something else. */
export interface Both { key: string; base: unknown; mine: unknown; theirs: unknown }
export type Choice = "mine" | "theirs";

interface Merged { document: Routing; both: Both[] }

/** theirs with what mine changed since base; where both did, as choice says (mine unless told). */
export function merge(base: Routing, mine: Routing, theirs: Routing, choices: Record<string, Choice> = {}): Merged {
  const both: Both[] = [];
  const document = put("", base, mine, theirs, choices, both) as Routing;
  return { document, both };
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

function put(key: string, base: unknown, mine: unknown, theirs: unknown, choices: Record<string, Choice>, both: Both[]): unknown {
  if (same(mine, base) || same(mine, theirs)) return theirs;
  if (same(theirs, base)) return mine;
  const from = members(base), my = members(mine), their = members(theirs);
  if (!from || !my || !their) {
    both.push({ key, base, mine, theirs });
    return choices[key] === "theirs" ? theirs : mine;
  }
  const out = new Map<string, unknown>();
  const names = Array.isArray(theirs) && same([...their.keys()], [...from.keys()]) ? [...my.keys(), ...their.keys()] : [...their.keys(), ...my.keys()];
  for (const name of new Set(names)) {
    const merged = put(key ? `${key}.${name}` : name, from.get(name), my.get(name), their.get(name), choices, both);
    if (merged !== undefined) out.set(name, merged);
  }
  return Array.isArray(theirs) ? [...out.values()] : Object.fromEntries(out);
}
