// The wallboard: alarms, figures, who waits, queues, volunteers, the day.

import { html, nothing, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import { at, count, dayAndTime, timer } from "../format";
import { button, icon, mark } from "../parts";
import { closingDialog } from "../admin/floor";
import { grave, said, worst } from "./alarms";
import { announceDialog, announcement } from "./announce";
import { latestCalls, timelineDialog } from "./calls";
import { chart } from "./chart";
import { behindToday, formulaDialog, kpi, moreOfToday, opens, topKpis } from "./kpi";
import { fresh, old } from "./fresh";
import { queues, waiting } from "./lines";
import { people } from "./people";
import { serverNow, type Scene } from "./state";
import { television } from "./tv";

export function screen(scene: Scene): TemplateResult {
  const { s, w, b, act } = scene;
  return html`${s.tv ? nothing : html`<a class="skip" href="#main">${b.title}</a>
    <header class="bar admin-bar"><h1 class="brand">${mark()}<span>${w.product} <span class="brand-sub">${b.title}</span></span></h1><span class="grow"></span>
      <a class="btn ghost" href="/reports?lang=${s.lang}">${b.toReports}</a><a class="btn ghost" href="/admin?lang=${s.lang}">${b.toAdmin}</a><a class="btn ghost" href="/?lang=${s.lang}">${b.toMyPage}</a>
      ${button({ label: b.tvOn, kind: "ghost", click: () => act.tv(true), id: "tv" })}
      <button type="button" class="btn ghost" data-tour><span class="label">${w.tour.again}</span></button>
      <button type="button" class="btn ghost" lang=${s.lang === "en" ? "id" : "en"} @click=${act.switchLang}><span class="label">${w.otherLanguage}</span></button></header>`}
    <main id="main" tabindex="-1" class="board ${s.tv ? "tv" : ""} ${old(s) ? "stale" : ""}">${s.tv ? html`<h1 class="visually-hidden">${b.title}</h1>` : nothing}${s.board ? body(scene) : html`<p class="hint">${w.loading}</p>${fresh(scene)}`}</main>
    ${s.board && !s.tv ? html`${closingDialog({ s: { ...s, status: s.board.status }, w, a: scene.a, act })}${announceDialog(scene)}${behindToday(scene)}${timelineDialog(scene)}${formulaDialog(scene)}` : nothing}`;
}

function body(scene: Scene): TemplateResult {
  const { s } = scene;
  if (s.tv) return html`${television(scene)}${spoken(scene)}`;
  return html`${fresh(scene)}${s.trouble ? html`<p class="banner bad" role="alert">${icon("warn")}<span>${s.trouble}</span></p>` : nothing}
    ${alarms(scene)}${announcement(scene)}${figures(scene)}
    <div class="board-main"><div class="stack">${waiting(scene)}${queues(scene)}</div><div class="stack">${people(scene)}${line(scene)}</div>
      <div class="stack">${today(scene)}</div></div>${spoken(scene)}`;
}

// today is drawn anew when it changed, not with every picture: the figures are some
// seconds old anyway.
function today(scene: Scene): unknown {
  const { s } = scene;
  const b = s.board!;
  return [
    guard([b.today.at, s.lang, Math.floor(serverNow(s) / 60_000)], () => html`${chart(scene)}${moreOfToday(scene)}`),
    guard([s.lang, b.status.revision, JSON.stringify(b.calls)], () => latestCalls(scene)),
  ];
}

// spoken is read out, each alarm once.
function spoken(scene: Scene): TemplateResult {
  const { s } = scene;
  return html`<div class="visually-hidden" role="alert">${s.alarms.filter((x) => !s.told.includes(x.key) && !s.seen.includes(x.key)).map((x) => html`<p>${said(scene, x)}</p>`)}</div>`;
}

function alarms(scene: Scene): TemplateResult | typeof nothing {
  const { s, b, act } = scene;
  const list = worst(s.alarms.filter((x) => !s.seen.includes(x.key)));
  if (list.length === 0) return nothing;
  return html`<section class="alarms" aria-label=${b.alarms}>${list.map((x) => html`<div class="banner ${grave(x) ? "bad" : "warn"}">${icon("warn")}
      <span><b>${said(scene, x)}</b>${x.ms ? html` · ${timer(x.ms, s.lang)}` : nothing}</span>
      ${x.kind === "sos" ? button({ label: b.goToHer, kind: "primary", id: `go-${x.key}`, click: () => act.answerSos(x.key.slice(4)), reason: s.board!.you.may ? undefined : s.board!.you.listed === false ? b.notListed : b.notOnShift }) : nothing}
        ${x.kind === "unsafe" ? button({ label: b.whichCalls, kind: "primary", id: `which-${x.key}`, click: () => act.open("callback_safety", "", "") }) : nothing}
        ${button({ label: b.putAside, kind: "ghost", id: `aside-${x.key}`, click: () => act.putAside(x.key) })}</div>`)}</section>`;
}

function figures(scene: Scene): TemplateResult {
  const { s, a, b, act } = scene;
  const now = s.board!;
  const time = serverNow(s);
  const live = now.waiting.filter((c) => !c.callback);
  const oldest = Math.min(...live.map((c) => at(c.since)));
  const ready = (now.status.agents ?? []).filter((g) => g.state === "ready").length;
  return html`<dl class="figures-big">
      <div class=${live.length > 0 ? "hot" : ""}><dt>${a.waiting}</dt><dd><a href="#waiting-title">${live.length}</a></dd></div>
      <div><dt>${a.longest}</dt><dd>${Number.isFinite(oldest) ? html`<a href="#waiting-title">${timer(time - oldest, s.lang)}</a>` : "–"}</dd></div>
      <div class=${ready === 0 && live.length > 0 ? "hot" : ""}><dt>${a.readyNow}</dt><dd><a href="#people-title">${ready}</a></dd></div>
      <div><dt>${a.talking}</dt><dd><a href="#people-title">${now.status.talking}</a></dd></div>
      ${topKpis.map((id) => kpi(scene, id))}
      <div><dt><button type="button" class="formula" id="kpi-offered" @click=${() => act.explain("offered")} title=${b.explain}>${b.today}</button></dt><dd>${opens(scene, count(now.today.all.offered, s.lang), "offered")}</dd></div></dl>`;
}

// line is the telephone line: trunks, and when it was last proven.
function line({ s, a, b }: Scene): TemplateResult {
  const now = s.board!;
  const d = now.status.drill;
  return html`<section class="card trunks" aria-labelledby="line-title"><h2 id="line-title">${b.line}</h2>
    <ul>${now.trunks.map((t) => html`<li><span class="tag ${t.up ? "ok" : "bad"}">${t.up ? b.up : b.down}</span> <b>${t.name}</b> <span class="hint">${t.calls ? html`<a href="#calls-title">${b.calls(t.calls)}</a>` : b.calls(0)}</span></li>`)}</ul>
    <p class="hint">${d ? d.ok ? b.proven(dayAndTime(d.at, s.lang)) : b.drillFailed(dayAndTime(d.at, s.lang), a.drillStages[d.stage] ?? d.stage) : b.neverProven}</p></section>`;
}
