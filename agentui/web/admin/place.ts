// Where a path of the routing document is on the page: its section, its words, and
// the control that has it.

import type { Scene, Section } from "./state";
import { valueAt } from "./draft";
import { fieldOf, idOf, labelOf } from "./form";

const own: Partial<Record<string, Section>> = {
  queues: "queues", menus: "menus", hours: "hours", numbers: "numbers", agents: "volunteers", shifts: "shifts", pause_reasons: "choices", dispositions: "choices", outgoing: "outgoing",
};

/** The section that has the control of a path; what no section of its own shows is among the rules. */
export function sectionOf(path: string): Section {
  return own[path.split(/[.[]/)[0]!] ?? "rules";
}

/** "Queue Hotline › Ladder 2 › Prompt" of queues[0].ladder[1].prompt. */
export function placeWords(scene: Scene, path: string): string {
  const { s, a } = scene;
  const words: string[] = [];
  let at = "";
  for (const [, name, index] of path.matchAll(/([^.[\]]+)|\[(\d+)\]/g)) {
    at += name === undefined ? `[${index}]` : at ? `.${name}` : name;
    if (name !== undefined) {
      const f = fieldOf(scene, at);
      words.push(a.whats[at] ?? (f ? labelOf(scene, f) : name));
    } else if (words.length === 1) words[0] += ` ${nameOf(valueAt(s.draft, at)) || Number(index) + 1}`;
    else words[words.length - 1] += ` ${Number(index) + 1}`;
  }
  const said = words.join(" › ");
  return said.charAt(0).toUpperCase() + said.slice(1);
}

function nameOf(v: unknown): string {
  const e = (v ?? {}) as { label?: unknown; name?: unknown; id?: unknown; code?: unknown; number?: unknown };
  return [e.label, e.name, e.id, e.code, e.number].map((x) => (typeof x === "string" ? x : "")).find(Boolean) ?? "";
}

/** Opens what folds the control of a path, or of the nearest part around it, and puts the focus there. */
export function goTo(path: string): void {
  const main = document.getElementById("main");
  for (let id = idOf(path).replace(/-$/, ""); id !== "f" && main; id = id.replace(/-[^-]*$/, "")) {
    const found = document.getElementById(id) ?? main.querySelector<HTMLElement>(`:is(input, select, textarea, fieldset, [role=group])[id^="${id}-"]`);
    const at = found?.matches("input, select, textarea") ? found : found?.querySelector<HTMLElement>("input, select, textarea") ?? found;
    if (!at) continue;
    for (let d = at.closest("details"); d; d = d.parentElement?.closest("details") ?? null) d.open = true;
    at.scrollIntoView({ block: "center" });
    at.focus({ preventScroll: true });
    return;
  }
  main?.focus();
}

/** Marks a line of the text, and shows it. */
export function goToLine(line: number): void {
  const text = document.querySelector<HTMLTextAreaElement>("textarea#yaml");
  if (!text) return;
  const lines = text.value.split("\n");
  const from = lines.slice(0, line - 1).reduce((n, l) => n + l.length + 1, 0);
  text.focus({ preventScroll: true });
  text.scrollIntoView({ block: "start" });
  text.setSelectionRange(from, from + (lines[line - 1]?.length ?? 0));
  text.scrollTop = Math.max(0, (text.scrollHeight / lines.length) * (line - 4));
}
