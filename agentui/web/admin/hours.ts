// Opening hours: each with its week as a calendar, that changes as they are typed.

import { html, nothing, type TemplateResult } from "lit";
import { button, icon } from "../parts";
import type { OpenDay } from "./api";
import { errors, problemsAt } from "./form";
import { blank, group } from "./nested";
import { mayEdit, type Scene } from "./state";
import { unfolds } from "./unfold";
import { span, week } from "./week";

export function hours(scene: Scene): TemplateResult {
  const { s, a, act } = scene;
  const all = s.draft?.hours ?? [];
  return html`${errors(scene, problemsAt(scene, "hours"))}${all.length === 0 ? html`<p class="empty">${a.noHours}</p>` : nothing}
    ${all.map((h, i) => one(scene, h.id, i))}
    ${mayEdit(s) ? button({ label: a.addHours, id: "add-hours", icon: "plus", click: () => act.grow("hours", all, fresh(scene)) }) : nothing}`;
}

function one(scene: Scene, id: string, i: number): TemplateResult {
  const { s, a, act } = scene;
  const path = `hours[${i}]`;
  const all = s.draft!.hours ?? [];
  const wrong = problemsAt(scene, path, true).length;
  const used = (s.draft?.queues ?? []).filter((q) => q.hours === id).map((q) => q.label || q.id);
  return html`<details class="card item" ${unfolds(wrong > 0 || all.length < 3)}><summary><span class="item-name">${id || a.newHours}</span>
      <span class="hint">${used.length ? a.usedBy(used.join(", ")) : a.hoursUnused}</span>${wrong ? html`<span class="tag bad">${a.problemsFound(wrong)}</span>` : nothing}</summary>
    <div class="item-body">${calendar(scene, id, i)}${group(scene, path)}${errors(scene, problemsAt(scene, path))}
      ${mayEdit(s) ? html`<div class="item-do">${button({ label: a.remove, id: `hours-remove-${i}`, kind: "ghost", click: () => act.shrink("hours", all, i) })}</div>` : nothing}</div></details>`;
}

function calendar(scene: Scene, id: string, i: number): TemplateResult {
  const { s, w, a, act } = scene;
  const shown = s.hours?.length === s.draft?.hours?.length ? s.hours?.[i] : s.hours?.find((h) => h.id === id); // also while its name is typed
  if (!shown) return html`<p class="hint" role="status">${s.hoursTrouble ? a.hoursMend : w.loading}</p>`;
  const open = shown.days.filter((d) => d.open.length > 0).length;
  const special = shown.days.filter((d) => d.special).length;
  return week(scene, {
    id: `hours-${i}`, zone: shown.time_zone, days: shown.days, wrong: s.hoursTrouble, turn: act.showHours,
    said: s.hoursTrouble ? html`${icon("warn")}<span>${a.hoursMend}</span>` : a.hoursSaid(open, special),
    day: (d) => day(scene, d, shown.time_zone),
  });
}

function day(scene: Scene, d: OpenDay, zone: string): TemplateResult {
  const { a } = scene;
  return html`${d.special ? html`<p class="special"><span class="tag warn">${a.specialDay}</span> ${d.label}</p>` : nothing}
    ${d.open.length === 0 ? html`<p class="hint">${a.closedAllDay}</p>` : html`<ul class="week-shifts">${d.open.map((o) => html`<li>${Date.parse(o.from) === Date.parse(d.from) && Date.parse(o.to) === Date.parse(d.to) ? a.openAllDay : span(scene, d, o, zone)}</li>`)}</ul>`}`;
}

// fresh is hours that may be applied as they are.
function fresh(scene: Scene): { id: string } & Record<string, unknown> {
  const taken = new Set((scene.s.draft?.hours ?? []).map((h) => h.id));
  let n = 1;
  while (taken.has(`hours${n}`)) n++;
  return { ...blank(scene, "hours[]"), id: `hours${n}`, weekly: [{ days: ["mon", "tue", "wed", "thu", "fri"], from: "08:00", to: "22:00" }] };
}
