// Before Ready: one row for each thing a volunteer must know of her sound and her
// room. A row is in order, or says what is wrong and what to do.

import { html, nothing, type TemplateResult } from "lit";
import { clock } from "../format";
import { button, icon } from "../parts";
import type { Answer } from "../soundcheck";
import type { App, Scene } from "./app";
import { otherDevice } from "./bothways";
import { outputChoice } from "./devicecard";
import { micChoice } from "./side";

type Mood = "ok" | "ask" | "bad" | "warn";
const signs = { ok: "check", ask: "dot", bad: "warn", warn: "warn" } as const;

export function proof(scene: Scene): TemplateResult {
  const { s, w, app } = scene;
  const p = s.proof;
  const lasting = p.kept
    ? row("kept", "ok", w.proof.kept(clock(p.kept, s.lang)), button({ label: w.proof.again, click: app.checkAgain, id: "check-again" }))
    : html`${echo(scene)}${network(scene)}${ring(scene)}`;
  return html`<section class="proof" aria-labelledby="proof-title"><h3 id="proof-title">${w.beforeReady}</h3>
    <div class="rows">${alone(scene)}${lasting}${p.kept ? network(scene) : nothing}${notifications(scene)}</div></section>`;
}

function row(id: string, mood: Mood, text: string, ...more: (TemplateResult | typeof nothing)[]): TemplateResult {
  return html`<div class=${mood} id="proof-${id}" role="group" aria-labelledby="proof-${id}-text">${icon(signs[mood])}<span id="proof-${id}-text">${text}</span>${more}</div>`;
}

const moodOf = (a: Answer): Mood => (a === "yes" ? "ok" : a === "no" ? "bad" : "ask");

function yesNo({ w, app }: Scene, what: Parameters<App["answerCheck"]>[0]): TemplateResult {
  return html`<span class="yes-no">${button({ label: w.backYes, click: () => app.answerCheck(what, true), id: `${what}-yes` })}${button({ label: w.backNo, click: () => app.answerCheck(what, false), id: `${what}-no` })}</span>`;
}

function alone(scene: Scene): TemplateResult {
  const { s, w } = scene;
  const a = s.proof.alone;
  return row("alone", moodOf(a), a === "yes" ? w.proof.aloneOk : a === "no" ? w.proof.aloneNo : w.beforeAlone, a === "yes" ? nothing
    : a === "no" ? button({ label: w.proof.aloneNow, click: () => scene.app.answerCheck("alone", true), id: "alone-yes" }) : yesNo(scene, "alone"));
}

function echo(scene: Scene): TemplateResult {
  const { s, w, app } = scene;
  const p = s.proof;
  const start = button({ label: w.proof.echo, click: app.hearMyself, id: "hear-myself" });
  if (p.echo === "speak" || p.echo === "listen") return row("echo", "ask", w.proof[p.echo], html`<span class="spin" aria-hidden="true"></span>`);
  if (p.echo === "failed") return row("echo", "bad", w.proof.echoFailed, start);
  if (p.echo === "quiet") return row("echo", "bad", w.proof.echoQuiet, start, micChoice(scene, "proof-mic"));
  if (p.self === "yes") return row("echo", "ok", w.proof.echoOk);
  if (p.self === "no") return row("echo", "bad", w.proof.echoNo, start, outputChoice(scene, "speaker", w.speaker, "proof-speaker"), micChoice(scene, "proof-mic"));
  if (p.self === "asked") return row("echo", "ask", w.proof.echoAsk, yesNo(scene, "self"));
  return row("echo", "ask", w.proof.echoLead, start);
}

// network is what the echo found; before it, by which way the sound goes.
function network(scene: Scene): TemplateResult | typeof nothing {
  const { s, w, app } = scene;
  const { way, wayMs } = s.sound;
  const p = s.proof, n = p.net;
  const percent = new Intl.NumberFormat(s.lang, { style: "percent", maximumFractionDigits: 1 }).format(n?.loss ?? 0);
  const tcp = way === "tcp" ? ` ${w.wayTcp}` : "";
  const squeezed = s.sound.opus ? `${w.proof.squeezed} ` : "";
  const again = () => button({ label: w.proof.echo, click: app.hearMyself, id: "measure-again", busy: s.sound.phase === "restarting" });
  if (!n && s.sound.opus) return row("net", "warn", w.proof.squeezed + tcp, p.echo === "speak" || p.echo === "listen" ? nothing : again());
  if (!n && !way) return nothing;
  if (!n) return row("net", way === "tcp" || wayMs > 300 ? "warn" : "ok", way === "tcp" ? w.wayTcp : wayMs > 300 ? w.waySlow(wayMs) : w.wayGood(wayMs), way === "tcp" || wayMs > 300 ? phone(scene) : nothing);
  if (n.grade === "good") return row("net", "ok", squeezed + w.proof.netGood(n.rtt_ms, percent));
  return row("net", n.grade === "poor" ? "bad" : "warn", w.proof.netBad(n.rtt_ms, percent, s.sound.opus ? 43 : 84) + tcp, again(), phone(scene));
}

// phone: the line is too small for sound in the browser; a telephone is not.
function phone({ s, w, app }: Scene): TemplateResult {
  const other = otherDevice(s);
  return other ? button({ label: w.proof.phone[other], click: () => app.ringOn(other), kind: "primary", icon: "phone", id: "take-on-phone" }) : html`<span class="hint">${w.proof.noPhone}</span>`;
}

function ring(scene: Scene): TemplateResult {
  const { s, w, app } = scene;
  const a = s.proof.ring;
  const test = button({ label: w.testRing, click: app.testRing, id: "before-ring" });
  if (a === "yes") return row("ring", "ok", w.proof.ringOk);
  if (a === "no") return row("ring", "bad", w.proof.ringNo, test, outputChoice(scene, "ringer", w.ringer, "proof-ringer"));
  return row("ring", "ask", w.beforeRing, test, a === "asked" ? yesNo(scene, "ring") : nothing);
}

function notifications({ s, w, app }: Scene): TemplateResult | typeof nothing {
  if (s.notify === "unsupported") return nothing;
  if (s.notify === "granted") return row("notify", "ok", w.notifyOn);
  if (s.notify === "denied") return row("notify", "warn", w.proof.notifyDenied);
  return row("notify", "ask", w.notifyWhy, button({ label: w.notifyAsk, click: app.askNotifications, id: "proof-notify" }));
}
