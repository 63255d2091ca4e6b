// The check at the start of a shift: four steps, a meter, and for each failure
// its cause and its remedy.

import { html, nothing, type TemplateResult } from "lit";
import { button, icon } from "../parts";
import { checkSteps, type CheckStep, type SoundFault } from "../store";
import { waits } from "../store";
import type { Scene } from "./app";
import { micChoice } from "./side";

export function check(scene: Scene): TemplateResult {
  const { s, w, app } = scene;
  const { step, fault, phase } = s.sound;
  return html`<div class="stage-head"><h2 id="stage-title" tabindex="-1">${w.checkTitle}</h2>${fault ? nothing : html`<p class="lead">${w.checkLead}</p>`}</div>
    ${fault ? html`${faultCard(scene, fault)}
      ${fault === "mic_silent" || fault === "no_mic" || fault === "mic_busy" ? micChoice(scene, "check-mic") : nothing}
      <div class="do">${button({ label: w.tryAgain, click: app.retrySound, kind: "primary", size: "xl" })}</div>` : nothing}
    ${steps(scene)}
    ${phase === "asking" && !fault ? html`<p class="call-out">${icon("mic")}<span>${w.askMic}</span></p>` : nothing}
    ${meter(scene)}
    ${!fault && step === null && phase !== "off" && phase !== "asking" ? html`<p class="hint">${w.checkWaits}</p>` : nothing}
    <div class="do">${button({ label: w.endShift, click: app.endShift, kind: "plain", size: "lg", busy: waits(s, "shift.end") })}</div>`;
}

/** The steps as they stand, and what the running one asks of her. */
export function steps(scene: Scene): TemplateResult {
  const { s, w } = scene;
  return html`<ol class="steps">${checkSteps.map((c) => line(scene, c))}</ol>
    ${s.sound.step === "voice" && !s.sound.fault ? html`<p class="call-out speak">${icon("mic")}<span>${w.speakNow}</span></p>` : nothing}`;
}

/** One fault: what is wrong, what to do. */
export function faultCard({ s, w, app }: Scene, fault: SoundFault): TemplateResult {
  const [cause, remedy] = w.faults[fault];
  return html`<div class="fault" data-fault=${fault}>${icon("warn")}<div><p class="fault-cause">${cause}</p><p>${remedy}</p>
    ${fault === "blocked" ? button({ label: w.turnSoundOn, click: app.repairSound, kind: "primary", busy: s.sound.phase === "restarting" }) : nothing}</div></div>`;
}

/** The microphone's meter with its name and words. */
export function meter({ w, app }: Scene): TemplateResult {
  return html`<div class="meter-row">${icon("mic")}<sahut-meter .level=${app.micLevel} .words=${{ name: w.micLevel, ...w.levelWords }}></sahut-meter></div>`;
}

function line({ s, w }: Scene, c: CheckStep): TemplateResult {
  const at = s.sound.step ? checkSteps.indexOf(s.sound.step) : s.sound.phase === "off" ? -1 : checkSteps.length;
  const mine = checkSteps.indexOf(c);
  const state = mine < at ? "done" : mine > at ? "wait" : s.sound.fault ? "fail" : "run";
  const sign = state === "done" ? icon("check") : state === "fail" ? icon("cross") : state === "run" ? html`<span class="spin"></span>` : icon("dot");
  return html`<li class="step ${state}"><span class="step-sign" aria-hidden="true">${sign}</span>
    <span class="step-name">${w.steps[c]}</span><span class="step-state">${w.stepState[state]}</span></li>`;
}
