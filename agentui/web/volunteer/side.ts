// The column beside the stage: her queues in numbers, her devices.

import { html, nothing, type TemplateResult } from "lit";
import { at, spell } from "../format";
import type { QueueView } from "../messages";
import { soundHere, type Device } from "../store";
import type { App, Scene } from "./app";
import { leftNotes } from "./note";

export function side(scene: Scene): TemplateResult {
  const here = soundHere(scene.s.view);
  const later = scene.later;
  if (scene.s.link === "signed_out" && !scene.s.view?.call) return html`<aside class="side">${leftNotes(scene)}</aside>`; // all else is old
  return html`<aside class="side">${leftNotes(scene)}${later?.floor(scene) ?? nothing}${queues(scene)}${later?.myShifts(scene) ?? nothing}${later?.callbacks(scene) ?? nothing}${later?.messages(scene) ?? nothing}${later?.myDay(scene) ?? nothing}${ringsOn(scene)}${here ? later?.devices(scene) ?? nothing : nothing}</aside>`;
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

/** Which microphone. */
export function micChoice(scene: Scene, id: string): TemplateResult {
  const { s, w } = scene;
  return choice(scene, "mic", w.microphone, s.sound.devices.mics, s.sound.mic, id);
}

/** A list of devices to choose from. */
export function choice({ w, app }: Scene, kind: Parameters<App["chooseDevice"]>[0], label: string, list: Device[], chosen: string, id: string): TemplateResult {
  const known = list.some((d) => d.id === chosen) ? chosen : "";
  return html`<div class="field"><label for=${id}>${label}</label>
    <select id=${id} @change=${(e: Event) => app.chooseDevice(kind, (e.target as HTMLSelectElement).value)}>
      <option value="" ?selected=${known === ""}>${w.systemDefault}</option>
      ${list.map((d) => html`<option value=${d.id} ?selected=${d.id === known}>${d.label}</option>`)}
    </select></div>`;
}
