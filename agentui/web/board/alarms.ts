// What is wrong now. Each trouble has a key, so that it is told once and not
// with every picture.

import { at } from "../format";
import type { Alarm, Board, Line, Scene } from "./state";

/** A caller who waits for longer is an alarm; one in danger sooner. */
export const LONG_MS = 120_000;
export const DANGER_MS = 20_000;

export function alarmsOf(b: Board): Alarm[] {
  const now = at(b.now);
  const out: Alarm[] = [];
  for (const o of b.sos ?? []) if (!o.answered) out.push({ key: `sos-${o.contact}`, kind: "sos", what: o.name });
  for (const d of b.you.debriefs ?? []) out.push({ key: `debrief-${d.agent}-${d.since}`, kind: "debrief", what: d.name, ms: now - at(d.since) });
  for (const c of b.waiting) {
    const ms = now - at(c.since);
    if (c.callback) continue; // nobody is on the line
    if (c.danger && ms >= DANGER_MS) out.push({ key: `danger-${c.contact}`, kind: "danger", what: label(b, c.queue), ms });
    else if (ms >= LONG_MS) out.push({ key: `wait-${c.contact}`, kind: "wait", what: label(b, c.queue), ms });
  }
  for (const q of b.status.queues ?? []) if (q.waiting > 0 && q.ready === 0 && q.talking === 0 && !b.status.agents?.some((g) => works(g, q.queue))) out.push({ key: `nobody-${q.queue}`, kind: "nobody", what: q.label });
  for (const g of b.status.agents ?? []) if (g.late) out.push({ key: `late-${g.agent}-${g.late}`, kind: "late", what: g.name || g.agent, ms: now - at(g.late) });
  for (const m of b.unheard ?? []) out.push({ key: `message-${m.id}`, kind: "message", what: label(b, m.queue), ms: now - at(m.at) });
  for (const t of b.trunks) if (!t.up) out.push({ key: `trunk-${t.name}-${t.since}`, kind: "trunk", what: t.name });
  if (b.status.draining) out.push({ key: "draining", kind: "draining", what: "" });
  const d = b.status.drill;
  if (d && !d.ok) out.push({ key: `drill-${d.at}`, kind: "drill", what: d.stage });
  const safety = b.today.all?.kpis.find((k) => k.id === "callback_safety");
  const unsafe = safety ? Math.round((safety.n * (100 - safety.value)) / 100) : 0; // each is one too many, however few there are
  if (unsafe > 0) out.push({ key: `unsafe-${b.today.from}-${unsafe}`, kind: "unsafe", what: "" });
  if (!b.conservation) out.push({ key: "books", kind: "books", what: "" });
  return together(together(out, "wait"), "message");
}

/** So many alarms of one kind and one queue are one: on a busy night they would hide the rest. */
const MANY = 3;

function together(list: Alarm[], kind: "wait" | "message"): Alarm[] {
  const same = (x: Alarm) => list.filter((y) => y.kind === kind && y.what === x.what);
  return list.flatMap((x) => {
    const all = x.kind === kind ? same(x) : [];
    if (all.length < MANY) return [x];
    return all[0] === x ? [{ key: `${kind}s-${x.what}`, kind, what: x.what, n: all.length, ms: Math.max(...all.map((y) => y.ms ?? 0)) }] : [];
  });
}

const urgent: Alarm["kind"][] = ["sos", "danger", "nobody", "unsafe", "wait", "trunk"];

/** The worst alarms first; of the same kind the older ones. */
export function worst(list: Alarm[]): Alarm[] {
  const rank = (x: Alarm) => (urgent.indexOf(x.kind) + urgent.length + 1) % (urgent.length + 1);
  return [...list].sort((x, y) => rank(x) - rank(y) || (y.ms ?? 0) - (x.ms ?? 0));
}

/** Whether somebody may come to harm now. */
export function grave(x: Alarm): boolean {
  return ["sos", "danger", "nobody", "unsafe"].includes(x.kind);
}

/** An alarm in words. */
export function said({ a, b }: Pick<Scene, "a" | "b">, x: Alarm): string {
  if (x.n && (x.kind === "wait" || x.kind === "message")) return b.alarmsMany[x.kind](x.n, x.what);
  return b.alarm[x.kind](x.kind === "drill" ? a.drillStages[x.what] ?? x.what : x.what);
}

// works tells whether g will answer callers of that queue sooner or later: she who is
// rung, or writes, is there. Who is on a break is not.
function works(g: Line, queue: string): boolean {
  return (g.queues ?? []).includes(queue) && !["offline", "checking", "paused", "not_responding", "media_fault"].includes(g.state);
}

/** The keys of list that are still alarms: one that is over is told again when it comes back. */
export function lasting(list: string[], alarms: Alarm[]): string[] {
  return list.filter((key) => alarms.some((x) => x.key === key));
}

function label(b: Board, queue: string): string {
  return b.status.queues?.find((q) => q.queue === queue)?.label ?? queue;
}
