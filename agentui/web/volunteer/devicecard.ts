// The card of her sound: the meter, the choice of devices and of her line, and the
// figures of a call. Calls can come without it, so it is fetched after the first look.

import { html, nothing, type TemplateResult } from "lit";
import { button, icon } from "../parts";
import type { Scene } from "./app";
import { legFigures } from "./bothways";
import { meter } from "./check";
import { choice, micChoice } from "./side";

/** Her microphone's level, what plays where, and what her line carries. */
export function devices(scene: Scene): TemplateResult {
  const { s, w, app } = scene;
  const { sound } = s;
  const meterInStage = ["checking", "talking", "held", "assisting"].includes(s.view?.state ?? "");
  return html`<section class="card" aria-labelledby="devices-title"><h2 id="devices-title">${w.devices}</h2>
    ${sound.phase !== "off" && !meterInStage ? html`${meter(scene)}<p class="hint">${w.micIdle}</p>` : nothing}
    ${notifications(scene)}
    <details class="more"><summary>${w.chooseDevices}</summary><div class="more-body">
      ${micChoice(scene, "side-mic")}
      ${sound.canChooseSpeaker
        ? html`${outputChoice(scene, "speaker", w.speaker, "side-speaker")}${outputChoice(scene, "ringer", w.ringer, "side-ringer")}`
        : html`<p class="hint">${w.noSpeakerChoice}</p>`}
      ${lineChoice(scene)}
      <div class="side-do">${button({ label: w.testRing, click: app.testRing })}</div></div></details>
    ${figures(scene)}</section>`;
}

// lineChoice: whether her calls are sent in less data.
function lineChoice({ s, w, app }: Scene): TemplateResult {
  return html`<div class="field"><label for="side-line">${w.line}</label>
    <select id="side-line" @change=${(e: Event) => app.chooseDevice("line", (e.target as HTMLSelectElement).value)}>
      ${(["", "slow", "fast"] as const).map((c) => html`<option value=${c} ?selected=${c === s.sound.line}>${w.lines[c || "auto"]}</option>`)}
    </select>${s.sound.line === "slow" && !s.sound.opus && s.sound.phase === "parked" ? html`<p class="hint">${w.lineNotHere}</p>` : nothing}</div>`;
}

/** Where it plays. Firefox tells no device before she has picked one in its own list. */
export function outputChoice(scene: Scene, kind: "speaker" | "ringer", label: string, id: string): TemplateResult | typeof nothing {
  const { sound } = scene.s;
  if (!sound.canChooseSpeaker) return nothing;
  return html`${choice(scene, kind, label, sound.devices.speakers, sound[kind], id)}${navigator.mediaDevices && "selectAudioOutput" in navigator.mediaDevices
    ? button({ label: scene.w.pickOutput(label), click: () => scene.app.pickOutput(kind), id: `${id}-pick` }) : nothing}`;
}

function notifications({ s, w, app }: Scene): TemplateResult | typeof nothing {
  if (s.notify === "unsupported") return nothing;
  if (s.notify === "default") return html`<div class="side-do">${button({ label: w.notifyAsk, click: app.askNotifications })}<p class="hint">${w.notifyWhy}</p></div>`;
  return html`<p class="hint">${s.notify === "granted" ? icon("check") : icon("cross")}<span>${s.notify === "granted" ? w.notifyOn : w.notifyDenied}</span></p>`;
}

function figures({ s, w, app }: Scene): TemplateResult | typeof nothing {
  const f = s.sound.figures;
  if (!f) return nothing;
  const percent = (x: number) => new Intl.NumberFormat(s.lang, { style: "percent", maximumFractionDigits: 1 }).format(x);
  return html`<details class="figures"><summary>${w.soundDetails}</summary><dl>
    <dt>${w.figures.rtt_ms}</dt><dd>${f.rtt_ms} ms</dd><dt>${w.figures.jitter_ms}</dt><dd>${f.jitter_ms} ms</dd>
    <dt>${w.figures.loss}</dt><dd>${percent(f.loss)}</dd><dt>${w.figures.concealed}</dt><dd>${percent(f.concealed)}</dd>${legFigures({ s, w, app })}</dl></details>`;
}
