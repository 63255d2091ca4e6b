// The column beside the stage: her queues in numbers, her devices.

import { html, nothing, type TemplateResult } from "lit";
import { at, spell } from "../format";
import { button, icon } from "../parts";
import type { QueueView } from "../messages";
import { soundHere, type Device } from "../store";
import type { App, Scene } from "./app";
import { legFigures } from "./bothways";
import { callbacks } from "./callback";
import { meter } from "./check";
import { leftNotes } from "./note";

export function side(scene: Scene): TemplateResult {
  const here = soundHere(scene.s.view);
  const later = scene.later;
  return html`<aside class="side">${leftNotes(scene)}${later?.floor(scene) ?? nothing}${queues(scene)}${later?.myShifts(scene) ?? nothing}${callbacks(scene)}${later?.messages(scene) ?? nothing}${later?.myDay(scene) ?? nothing}${ringsOn(scene)}${here ? devices(scene) : nothing}</aside>`;
}

// ringsOn: this browser, her SIP phone or her mobile. It is there for whom
// something else than the browser can ring.
function ringsOn({ s, w, app }: Scene): TemplateResult | typeof nothing {
  const may = s.view?.devices ?? ["browser"];
  const chosen = s.view?.device ?? "browser";
  if (may.length < 2 && chosen === "browser") return nothing;
  const list = (["browser", "phone", "mobile"] as const).filter((d) => may.includes(d) || d === chosen);
  const busy = !!s.view?.offer || !!s.view?.call || !!s.view?.wrapup;
  return html`<section class="card" aria-labelledby="rings-title"><h2 id="rings-title">${w.ringsOn}</h2>
    <fieldset class="rings-on" ?disabled=${busy || s.link !== "live"} aria-describedby="rings-hint"><legend class="visually-hidden">${w.ringsOn}</legend>
      ${list.map((d) => html`<label class="ring-on"><input type="radio" name="rings-on" value=${d} .checked=${d === chosen} @change=${() => app.ringOn(d)}>
        <span><b>${w.ringDevice[d]}</b><small>${d === "phone" && !may.includes("phone") ? w.ringDeviceGone : w.ringDeviceHint[d]}</small></span></label>`)}
    </fieldset>${busy ? html`<p class="hint" id="rings-hint">${w.ringsLater}</p>` : nothing}</section>`;
}

function queues(scene: Scene): TemplateResult {
  const { s, w } = scene;
  const list = s.view?.queues ?? [];
  return html`<section class="card" aria-labelledby="queues-title"><h2 id="queues-title">${w.myQueues}</h2>
    ${list.length === 0 ? html`<p class="hint">${w.noQueues}</p>` : html`<ul class="queues">${list.map((q) => queue(scene, q))}</ul>`}</section>`;
}

function queue({ s, w }: Scene, q: QueueView): TemplateResult {
  return html`<li class=${q.waiting > 0 ? "busy" : ""}><p class="queue-name"><b>${q.label}</b></p>
    <p class="queue-waiting">${q.waiting > 0 ? w.waitingCount(q.waiting) : w.nobodyWaits}</p>
    ${q.waiting > 0 && q.oldest
      ? html`<p><sahut-tick role="timer" .text=${(now: number) => w.oldest(spell(now + s.offset - at(q.oldest), s.lang))}></sahut-tick></p>` : nothing}
    <p class="hint">${w.readyCount(q.ready)} · ${w.talkingCount(q.talking)}</p></li>`;
}

function devices(scene: Scene): TemplateResult {
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

/** Which microphone. */
export function micChoice(scene: Scene, id: string): TemplateResult {
  const { s, w } = scene;
  return choice(scene, "mic", w.microphone, s.sound.devices.mics, s.sound.mic, id);
}

/** Where it plays. Firefox tells no device before she has picked one in its own list. */
export function outputChoice(scene: Scene, kind: "speaker" | "ringer", label: string, id: string): TemplateResult | typeof nothing {
  const { sound } = scene.s;
  if (!sound.canChooseSpeaker) return nothing;
  return html`${choice(scene, kind, label, sound.devices.speakers, sound[kind], id)}${navigator.mediaDevices && "selectAudioOutput" in navigator.mediaDevices
    ? button({ label: scene.w.pickOutput(label), click: () => scene.app.pickOutput(kind), id: `${id}-pick` }) : nothing}`;
}

function choice({ w, app }: Scene, kind: Parameters<App["chooseDevice"]>[0], label: string, list: Device[], chosen: string, id: string): TemplateResult {
  const known = list.some((d) => d.id === chosen) ? chosen : "";
  return html`<div class="field"><label for=${id}>${label}</label>
    <select id=${id} @change=${(e: Event) => app.chooseDevice(kind, (e.target as HTMLSelectElement).value)}>
      <option value="" ?selected=${known === ""}>${w.systemDefault}</option>
      ${list.map((d) => html`<option value=${d.id} ?selected=${d.id === known}>${d.label}</option>`)}
    </select></div>`;
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
