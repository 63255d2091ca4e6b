// A line of the journal in words.

import { spell, type Lang } from "../format";
import type { BoardWords } from "../i18n/board-en";
import { reasonsSaid } from "./reasons";
import type { Entry } from "./state";

/** What the words need to know of the house. */
export interface Teller {
  lang: Lang;
  b: BoardWords;
  outcomes: Record<string, string>;
  reasons: Record<string, string>; // why a volunteer is not rung
  nobody: string;
  dispositions: Record<string, Record<Lang, string>>;
  queue(id: string): string;
  agent(id: string): string;
}

/** One line. Ids become names, codes become words. */
export function sentence(e: Entry, t: Teller): string {
  const say = t.b.events[e.kind];
  if (!say) return spelled(e.kind);
  const disposition = e.kind === "wrapup.done" ? t.dispositions[e.reason ?? ""]?.[t.lang] : undefined;
  return say({
    who: e.agent ? t.agent(e.agent) : "", queue: e.queue ? t.queue(e.queue) : "", why: disposition ?? word(t, e.reason), result: e.kind === "queue.why" ? reasonsSaid(e.result ?? "", t.reasons, t.agent, t.nobody) : word(t, e.result),
    n: e.count ?? e.position ?? 0, time: e.ms ? spell(e.ms, t.lang) : e.talk_ms ? spell(e.talk_ms, t.lang) : "", outcome: t.outcomes[e.outcome ?? ""] ?? "", by: t.b.parties[e.by ?? ""] ?? t.agent(e.by ?? ""), target: target(t, e.target ?? ""), place: e.position ?? 0, stage: e.stage ? t.b.stages[e.stage] ?? spelled(e.stage) : "",
  }).replaceAll(/\(\s*\)/g, "").replaceAll(/ +([.,])/g, "$1").replaceAll(/\s+/g, " ").replaceAll(/[:,]\./g, ".").trim();
}

// word is what a code of the journal means. Keys she pressed mean themselves.
function word({ b }: Teller, code = ""): string {
  return b.why[code] ?? spelled(code);
}

/** A code that has no words (the server may be newer) is at least not in its own spelling. */
export function spelled(code: string): string {
  return code.replaceAll(/[._]/g, " ");
}

// target is whom a transfer was for: queue:ID, agent:ID, number:masked.
function target(t: Teller, text: string): string {
  const cut = text.indexOf(":"), kind = text.slice(0, Math.max(0, cut)), id = text.slice(cut + 1);
  return kind === "queue" ? t.queue(id) : kind === "agent" ? t.agent(id) : id;
}
