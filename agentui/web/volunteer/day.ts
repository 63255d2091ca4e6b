// My day, beside the stage: her calls, her pauses and their sums. It is loaded
// when she opens it, and nobody but she can.

import { html, nothing, type TemplateResult } from "lit";
import { at, clock, count, spell } from "../format";
import { button } from "../parts";
import type { DayCall, DayPause, MyDay } from "../messages";
import type { Scene } from "./app";

export function myDay(scene: Scene): TemplateResult {
  const { s, w, app } = scene;
  return html`<section class="card" aria-labelledby="day-title"><details class="more my-day" ?open=${s.day !== "closed"}
      @toggle=${(e: Event) => app.showDay((e.target as HTMLDetailsElement).open)}><summary><h2 id="day-title">${w.day}</h2></summary>
    <div class="more-body">${s.day === "closed" ? nothing
      : s.day === "loading" ? html`<p class="hint">${w.loading}</p>`
      : s.day === "failed" ? html`<p class="hint" role="status">${w.dayFailed}</p><div class="side-do">${button({ label: w.tryAgain, id: "day-again", click: app.reloadDay })}</div>`
      : body(scene, s.day)}</div></details></section>`;
}

function body(scene: Scene, d: MyDay): TemplateResult {
  const { s, w } = scene;
  const sum = (ms: number) => (ms >= 1000 ? spell(ms < 60_000 ? ms : Math.round(ms / 60_000) * 60_000, s.lang) : "–");
  const from = new Date(at(d.from));
  return html`${from.getHours() || from.getMinutes() ? html`<p class="hint">${w.daySince(clock(from.getTime(), s.lang))}</p>` : nothing}
    <dl class="day-sums"><dt>${w.daySums.calls}</dt><dd>${count(d.sums.calls, s.lang)}</dd><dt>${w.daySums.talk}</dt><dd>${sum(d.sums.talk_ms)}</dd>
      <dt>${w.daySums.wrapup}</dt><dd>${sum(d.sums.wrapup_ms)}</dd><dt>${w.daySums.ready}</dt><dd>${sum(d.sums.ready_ms)}</dd>
      <dt>${w.daySums.paused}</dt><dd>${sum(d.sums.paused_ms)}</dd><dt>${w.daySums.shift}</dt><dd>${sum(d.sums.shift_ms)}</dd></dl>
    <h3>${w.dayCalls}</h3>
    ${d.calls.length === 0 ? html`<p class="hint">${w.dayNoCalls}</p>` : html`<ol class="day-list">${d.calls.toReversed().map((c) => call(scene, c))}</ol>`}
    ${d.pauses.length === 0 ? nothing : html`<h3>${w.dayPauses}</h3><ol class="day-list">${d.pauses.toReversed().map((p) => pause(scene, p))}</ol>`}`;
}

function call({ s, w }: Scene, c: DayCall): TemplateResult {
  const label = s.view?.queues?.find((q) => q.queue === c.queue)?.label ?? c.queue;
  const how = s.dispositions.find((d) => d.code === c.disposition)?.label[s.lang] ?? c.disposition ?? "";
  const who = c.caller === "" || c.caller === "anonymous" ? w.anonymousCaller : c.direction === "out" ? c.caller : w.caller(c.caller);
  return html`<li><time datetime=${c.at}>${clock(at(c.at), s.lang)}</time><div><p><b>${c.direction === "out" ? w.dayOut : label}</b> · ${c.running ? w.dayRunning : spell(c.talk_ms, s.lang)}</p>
    <p class="hint">${who}${c.running ? nothing : html` · ${how || w.dispositionNone}`}</p></div></li>`;
}

function pause({ s, w }: Scene, p: DayPause): TemplateResult {
  const own: Record<string, string> = { decompression: w.restTitle, load_break: w.breakTitle };
  const why = s.pauseReasons.find((r) => r.code === p.reason)?.label[s.lang] ?? own[p.reason ?? ""] ?? w.justPause;
  return html`<li><time datetime=${p.at}>${clock(at(p.at), s.lang)}</time><div><p><b>${why}</b> · ${p.running ? w.dayRunning : spell(p.ms, s.lang)}</p></div></li>`;
}
