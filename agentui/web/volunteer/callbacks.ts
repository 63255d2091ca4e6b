// The call-backs that wait, beside the stage. Nobody talks by this list, so it may come
// a moment later than the page.

import { html, nothing, type TemplateResult } from "lit";
import { at, dayAndMinute, spell } from "../format";
import type { CallbackView } from "../messages";
import type { Scene } from "./app";

/** The call-backs of her queues, beside the stage. */
export function callbacks(scene: Scene): TemplateResult | typeof nothing {
  const { s, w } = scene;
  const list = s.view?.callbacks ?? [];
  if (list.length === 0 || s.view?.state === "offline") return nothing;
  return html`<section class="card" aria-labelledby="callbacks-title"><details class="more" ?open=${!s.view?.call && !s.view?.offer}><summary><h2 id="callbacks-title">${w.callbacks(list.length)}</h2></summary>
    <ul class="messages">${list.map((b) => callback(scene, b))}</ul></details></section>`;
}

function callback({ s, w }: Scene, b: CallbackView): TemplateResult {
  return html`<li><p><b>${b.label}</b> · ${w.callbackStates[b.state]}${b.reason ? html` · ${w.callbackReasons[b.reason] ?? b.reason}` : nothing}</p>
    <p class="hint">${b.due ? html`${w.callbackDue(dayAndMinute(b.due, s.lang))} · ` : nothing}<sahut-tick role="timer" .text=${(now: number) => w.callbackSince(spell(now + s.offset - at(b.queued), s.lang))}></sahut-tick> · ${w.callbackTried(b.attempts, b.most)}</p></li>`;
}
