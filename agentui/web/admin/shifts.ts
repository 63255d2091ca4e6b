// The shift plan: a week as a calendar with its gaps, a short form for the usual
// case, and every field below.

import { html, nothing, type TemplateResult } from "lit";
import { at } from "../format";
import { button, icon } from "../parts";
import type { PlanDay, PlanGap, PlannedShift } from "./api";
import { valueAt } from "./draft";
import { errors, problemsAt } from "./form";
import { group, list } from "./nested";
import { mayEdit, type Scene } from "./state";

const week = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

export function shifts(scene: Scene): TemplateResult {
  const { s, a } = scene;
  const wrong = problemsAt(scene, "shifts", true).length;
  return html`${calendar(scene)}${mayEdit(s) ? addForm(scene) : nothing}
    ${errors(scene, problemsAt(scene, "shifts"))}
    <details class="card item" ?open=${wrong > 0}><summary><span class="item-name">${a.shiftsAll}</span>${wrong ? html`<span class="tag bad">${a.problemsFound(wrong)}</span>` : nothing}</summary>
      <div class="item-body">${group(scene, "shifts", ["time_zone", "remind", "late_after", "soft_end", "soft_wait"])}${list(scene, "shifts.weekly")}${list(scene, "shifts.dates")}</div></details>`;
}

// ---- the calendar

function calendar(scene: Scene): TemplateResult {
  const { s, w, a, act } = scene;
  if (!s.plan) return html`<p class="hint" role="status">${s.planTrouble ? a.shiftsMend : w.loading}</p>`;
  const days = s.plan.days;
  const gaps = days.reduce((n, d) => n + d.gaps.length, 0);
  const none = !days.some((d) => d.shifts.length || d.gaps.length);
  return html`<section class="stack week-box" aria-labelledby="week-title"><div class="week-head"><h3 id="week-title">${weekName(scene, days)}</h3><span class="grow"></span>
      <div class="week-do">${button({ label: a.weekBefore, kind: "ghost", click: () => act.showWeek(-1) })}${button({ label: a.weekNow, kind: "ghost", click: () => act.showWeek(0) })}
        ${button({ label: a.weekAfter, kind: "ghost", click: () => act.showWeek(1) })}${button({ label: a.print, kind: "ghost", click: () => print() })}</div></div>
    <p role="status" class=${gaps ? "banner warn" : "hint"}>${s.planTrouble ? html`${icon("warn")}<span>${a.shiftsMend}</span>`
      : none ? a.shiftsNone : gaps ? html`${icon("warn")}<span>${a.gapsFound(gaps)}</span>` : html`${icon("check")}<span>${a.gapsNone}</span>`}</p>
    <ol class="week">${days.map((d) => day(scene, d))}</ol><p class="hint">${a.shiftsZone(s.plan.time_zone)}</p></section>`;
}

function weekName({ s }: Scene, days: PlanDay[]): string {
  const name = new Intl.DateTimeFormat(locale(s.lang), { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  return name.formatRange(Date.parse(days[0]!.date), Date.parse(days.at(-1)!.date));
}

function day(scene: Scene, d: PlanDay): TemplateResult {
  const { s, a } = scene;
  const title = new Intl.DateTimeFormat(locale(s.lang), { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" }).format(Date.parse(d.date));
  const today = at(d.from) <= Date.now() && Date.now() < at(d.to);
  return html`<li class="week-day ${today ? "today" : ""}"><h4>${title}${today ? html` <span class="tag">${a.today}</span>` : nothing}</h4>
    ${d.gaps.length ? html`<ul class="week-gaps">${d.gaps.map((g) => gap(scene, d, g))}</ul>` : nothing}
    ${d.shifts.length ? html`<ul class="week-shifts">${d.shifts.map((x) => shift(scene, d, x))}</ul>` : html`<p class="hint">${a.nobodyPlanned}</p>`}</li>`;
}

function gap(scene: Scene, d: PlanDay, g: PlanGap): TemplateResult {
  const { a } = scene;
  return html`<li>${icon("warn")}<span><b>${g.label}</b> ${span(scene, d, g)}<br>${g.planned ? a.gapFew(g.planned, g.needed) : a.gapNobody}${g.gender || g.language ? html` (${a.gapOf(g.gender ?? "", g.language ?? "")})` : nothing}</span></li>`;
}

function shift(scene: Scene, d: PlanDay, x: PlannedShift): TemplateResult {
  const { s, a } = scene;
  const mine = s.draft?.agents.find((g) => g.id === x.agent)?.queues.length ?? x.queues.length;
  const some = x.queues.length < mine ? x.queues.map((q) => s.draft?.queues.find((o) => o.id === q)?.label || q).join(", ") : "";
  return html`<li><b>${x.name}</b> ${span(scene, d, x)}${at(x.from) < at(d.from) ? html` <span class="hint">${a.fromBefore}</span>` : nothing}
    ${some ? html`<span class="hint">${some}</span>` : nothing}${x.label ? html`<span class="hint">${x.label}</span>` : nothing}</li>`;
}

// span is from when to when, by the clock of the plan.
function span({ s, a }: Scene, d: PlanDay, x: { from: string; to: string }): TemplateResult {
  const zone = s.plan!.time_zone;
  const name = new Intl.DateTimeFormat(locale(s.lang), { hour: "2-digit", minute: "2-digit", timeZone: zone });
  const end = at(x.to) === at(d.to) ? (s.lang === "id" ? "24.00" : "24:00") : name.format(at(x.to));
  return html`<span class="span">${name.format(at(x.from))}–${end}</span>${at(x.to) > at(d.to) ? html`<sup aria-hidden="true">+1</sup><span class="visually-hidden"> ${a.nextDay}</span>` : nothing}`;
}

function locale(lang: "en" | "id"): string {
  return lang === "id" ? "id-ID" : "en-GB";
}

// ---- the usual case: one or more volunteers, some days or a date, from and to

function addForm(scene: Scene): TemplateResult {
  const { s, a, act } = scene;
  const name = new Intl.DateTimeFormat(locale(s.lang), { weekday: "short", timeZone: "UTC" });
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
    <fieldset class="field"><legend>${a.shiftDays}</legend><div class="days">${week.map((d, i) => html`<label><input type="checkbox" name="day" value=${d}><span>${name.format(Date.UTC(2024, 0, 1 + i))}</span></label>`)}</div></fieldset>
    <div class="grid"><div class="field"><label for="shift-date">${a.shiftDate}</label><input id="shift-date" name="date" type="date"></div>
      <div class="field"><label for="shift-from">${a.shiftFrom}</label><input id="shift-from" name="from" type="time" required value="08:00"></div>
      <div class="field"><label for="shift-to">${a.shiftTo}</label><input id="shift-to" name="to" type="time" required value="16:00" aria-describedby="shift-to-help"><p class="help" id="shift-to-help">${a.shiftOver}</p></div></div>
    <p class="error" role="alert"></p><div class="item-do"><button type="submit" class="btn primary"><span class="label">${a.shiftAdd}</span></button></div></form></details>`;
}

function rows({ s }: Scene, path: string): unknown[] {
  return (valueAt(s.draft, path) as unknown[] | null | undefined) ?? [];
}
