// The shift plan: a week as a calendar with its gaps, a short form for the usual
// case, and every field below.

import { html, nothing, type TemplateResult } from "lit";
import { at, languageName } from "../format";
import { icon } from "../parts";
import type { PlanDay, PlanGap, PlannedShift } from "./api";
import { valueAt } from "./draft";
import { errors, problemsAt } from "./form";
import { group, list } from "./nested";
import { mayEdit, type Scene } from "./state";
import { unfolds } from "./unfold";
import { span, week } from "./week";

const weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

export function shifts(scene: Scene): TemplateResult {
  const { s, a } = scene;
  const wrong = problemsAt(scene, "shifts", true).length;
  return html`${calendar(scene)}${mayEdit(s) ? addForm(scene) : nothing}
    ${errors(scene, problemsAt(scene, "shifts"))}
    <details class="card item" ${unfolds(wrong > 0)}><summary><span class="item-name">${a.shiftsAll}</span>${wrong ? html`<span class="tag bad">${a.problemsFound(wrong)}</span>` : nothing}</summary>
      <div class="item-body">${group(scene, "shifts", ["time_zone", "remind", "late_after", "soft_end", "soft_wait"])}${list(scene, "shifts.weekly")}${list(scene, "shifts.dates")}</div></details>`;
}

// ---- the calendar

function calendar(scene: Scene): TemplateResult {
  const { s, w, a, act } = scene;
  if (!s.plan) return html`<p class="hint" role="status">${s.planTrouble ? a.shiftsMend : w.loading}</p>`;
  const { days, time_zone: zone } = s.plan;
  const gaps = days.reduce((n, d) => n + d.gaps.length, 0);
  const none = !days.some((d) => d.shifts.length || d.gaps.length);
  return week(scene, {
    id: "plan", zone, days, wrong: gaps > 0, print: true, turn: act.showWeek, day: (d) => day(scene, d),
    said: s.planTrouble ? html`${icon("warn")}<span>${a.shiftsMend}</span>`
      : none ? a.shiftsNone : gaps ? html`${icon("warn")}<span>${a.gapsFound(gaps)}</span>` : html`${icon("check")}<span>${a.gapsNone}</span>`,
  });
}

function day(scene: Scene, d: PlanDay): TemplateResult {
  return html`${d.gaps.length ? html`<ul class="week-gaps">${d.gaps.map((g) => gap(scene, d, g))}</ul>` : nothing}
    ${d.shifts.length ? html`<ul class="week-shifts">${d.shifts.map((x) => shift(scene, d, x))}</ul>` : html`<p class="hint">${scene.a.nobodyPlanned}</p>`}`;
}

function gap(scene: Scene, d: PlanDay, g: PlanGap): TemplateResult {
  const { s, a } = scene;
  return html`<li>${icon("warn")}<span><b>${g.label}</b> ${span(scene, d, g, s.plan!.time_zone)}<br>${g.planned ? a.gapFew(g.planned, g.needed) : a.gapNobody}${g.gender || g.language ? html` (${a.gapOf(g.gender ?? "", languageName(g.language ?? "", s.lang))})` : nothing}</span></li>`;
}

function shift(scene: Scene, d: PlanDay, x: PlannedShift): TemplateResult {
  const { s, a } = scene;
  const mine = s.draft?.agents.find((g) => g.id === x.agent)?.queues.length ?? x.queues.length;
  const some = x.queues.length < mine ? x.queues.map((q) => s.draft?.queues.find((o) => o.id === q)?.label || q).join(", ") : "";
  return html`<li><b>${x.name}</b> ${span(scene, d, x, s.plan!.time_zone)}${at(x.from) < at(d.from) ? html` <span class="hint">${a.fromBefore}</span>` : nothing}
    ${some ? html`<span class="hint">${some}</span>` : nothing}${x.label ? html`<span class="hint">${x.label}</span>` : nothing}</li>`;
}

// ---- the usual case: one or more volunteers, some days or a date, from and to

function addForm(scene: Scene): TemplateResult {
  const { s, a, act } = scene;
  const name = new Intl.DateTimeFormat(s.lang === "id" ? "id-ID" : "en-GB", { weekday: "short", timeZone: "UTC" });
  const add = (e: SubmitEvent) => {
    e.preventDefault();
    const form = e.currentTarget as HTMLFormElement;
    const f = new FormData(form);
    const agents = f.getAll("agent").map(String), days = f.getAll("day").map(String), date = String(f.get("date") ?? "");
    const said = form.querySelector<HTMLElement>(".error")!;
    said.textContent = agents.length === 0 ? a.shiftWho : days.length === 0 && !date ? a.shiftWhen : days.length > 0 && date ? a.shiftEither : "";
    if (said.textContent) return;
    const times = { from: String(f.get("from")), to: String(f.get("to")) === "00:00" ? "24:00" : String(f.get("to")), queues: [] };
    if (date) act.edit("shifts.dates", [...rows(scene, "shifts.dates"), { date, label: "", agents, off: false, ...times }]);
    else act.edit("shifts.weekly", [...rows(scene, "shifts.weekly"), { agents, days, ...times }]);
    form.reset();
  };
  return html`<details class="card item no-print"><summary><span class="item-name">${a.shiftAdd}</span></summary><form class="item-body" @submit=${add}>
    <fieldset class="field"><legend>${a.shiftAgents}</legend><div class="days">${(s.draft?.agents ?? []).map((g) => html`<label><input type="checkbox" name="agent" value=${g.id}><span>${g.name || g.id}</span></label>`)}</div></fieldset>
    <fieldset class="field"><legend>${a.shiftDays}</legend><div class="days">${weekdays.map((d, i) => html`<label><input type="checkbox" name="day" value=${d}><span>${name.format(Date.UTC(2024, 0, 1 + i))}</span></label>`)}</div></fieldset>
    <div class="grid"><div class="field"><label for="shift-date">${a.shiftDate}</label><input id="shift-date" name="date" type="date"></div>
      <div class="field"><label for="shift-from">${a.shiftFrom}</label><input id="shift-from" name="from" type="time" required value="08:00"></div>
      <div class="field"><label for="shift-to">${a.shiftTo}</label><input id="shift-to" name="to" type="time" required value="16:00" aria-describedby="shift-to-help"><p class="help" id="shift-to-help">${a.shiftOver}</p></div></div>
    <p class="error" role="alert"></p><div class="item-do"><button type="submit" class="btn primary"><span class="label">${a.shiftAdd}</span></button></div></form></details>`;
}

function rows({ s }: Scene, path: string): unknown[] {
  return (valueAt(s.draft, path) as unknown[] | null | undefined) ?? [];
}
