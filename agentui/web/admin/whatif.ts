// What a change would have done to the last weeks: figures side by side, in the
// review before Apply.

import { html, nothing, type TemplateResult } from "lit";
import { at, dateOf, spell } from "../format";
import { button } from "../parts";
import type { Kpi, TrialLine, TrialRun } from "./api";
import type { Scene } from "./state";

/** The button, then the figures. */
export function tryOut(scene: Scene): TemplateResult {
  const { s, a, act } = scene;
  const busy = s.trial === "running";
  return html`<div class="trial stack" aria-live="polite">
    ${s.trial && !busy ? figures(scene) : html`<div class="do">${button({ label: busy ? a.trying : a.tryOut, click: act.tryOut, busy })}</div><p class="hint">${a.tryLead}</p>`}
    ${s.trialTrouble ? html`<p class="banner bad">${s.trialTrouble}</p>` : nothing}</div>`;
}

function figures({ s, a }: Scene): TemplateResult {
  if (!s.trial || s.trial === "running") return html``;
  const t = s.trial;
  const runs = [t.real, t.control, t.changed];
  const lang = s.lang === "id" ? "id-ID" : "en-GB";
  const day = (time: string) => dateOf(at(time), s.lang);
  const number = (n: number, digits = 0) => n.toLocaleString(lang, { maximumFractionDigits: digits, minimumFractionDigits: digits });
  const shown = (k: Kpi | undefined) => !k || !k.shown ? "–" : k.unit === "percent" ? `${number(k.value, 1)} %` : spell(Math.round(k.value) * 1000, s.lang);
  const row = (name: string, of: (l: TrialLine, r: TrialRun) => string, queue = "") => html`<tr><th scope="row">${name}</th>${runs.map((r) => html`<td class="num">${of(lineOf(r, queue), r)}</td>`)}</tr>`;
  const kpi = (id: string) => (l: TrialLine) => shown(l.kpis?.find((k) => k.id === id));
  const counted = (key: "answered" | "abandoned" | "unserved" | "blocked") => (l: TrialLine) => number(l[key] ?? 0);
  const fit = t.fit;
  const signed = (n: number) => `${n < 0 ? "−" : "+"}${number(Math.abs(n), 1)}`;
  const queues = [...new Set(runs.flatMap((r) => (r.queues ?? []).map((q) => q.queue ?? "")))].sort();
  return html`<h3>${a.tryTitle}</h3><p class="hint">${a.trySpan(day(t.from), day(t.to), number(t.callers))}</p>
    <div class="table-box" tabindex="0" role="region" aria-label=${a.tryTitle}><table class="rows"><caption class="visually-hidden">${a.tryTitle}</caption><thead><tr><td></td><th scope="col" class="num">${a.tryReal}</th><th scope="col" class="num">${a.tryControl}</th><th scope="col" class="num">${a.tryChanged}</th></tr></thead><tbody>
      ${row(a.tryRows.answered, counted("answered"))}${row(a.tryRows.abandoned, counted("abandoned"))}${row(a.tryRows.unserved, counted("unserved"))}${row(a.tryRows.blocked, counted("blocked"))}
      ${row(a.tryRows.exits, (_, r) => number(r.exits))}${row(a.tryRows.service, kpi("service_level"))}${row(a.tryRows.mean, kpi("average_speed_of_answer"))}${row(a.tryRows.p50, kpi("wait_p50"))}${row(a.tryRows.p90, kpi("wait_p90"))}
      ${queues.length > 1 ? queues.map((q) => html`<tr class="part"><th scope="colgroup" colspan="4">${q}</th></tr>${row(a.tryRows.answered, counted("answered"), q)}${row(a.tryRows.abandoned, counted("abandoned"), q)}${row(a.tryRows.mean, kpi("average_speed_of_answer"), q)}`) : nothing}
    </tbody></table></div>
    <p class="banner ${fit.verdict === "good" ? "" : "warn"}">${a.tryFit[fit.verdict]} ${a.tryOff(signed(fit.abandon_rate), signed(fit.service_level), signed(fit.mean_wait))}</p>
    ${t.notes?.length ? html`<ul class="hint">${t.notes.map((n) => html`<li>${a.tryNotes[n.code]?.(n.n) ?? n.code}</li>`)}</ul>` : nothing}`;
}

function lineOf(r: TrialRun, queue: string): TrialLine {
  return queue ? (r.queues ?? []).find((l) => l.queue === queue) ?? {} : r.all;
}
