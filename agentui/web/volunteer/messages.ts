// Messages callers left, beside the stage: listen, take, done. They wait for
// nobody's call, so they are small while she talks.

import { html, nothing, type TemplateResult } from "lit";
import { dayAndMinute, spell } from "../format";
import { button } from "../parts";
import type { VoiceMessage } from "../messages";
import type { Scene } from "./app";

export function messages(scene: Scene): TemplateResult | typeof nothing {
  const { s, w } = scene;
  const list = s.messages.filter((m) => m.state !== "done");
  if (list.length === 0 || s.view?.state === "offline") return nothing;
  const busy = !!s.view?.call || !!s.view?.offer;
  return html`<section class="card" aria-labelledby="messages-title"><details class="more" ?open=${!busy}><summary><h2 id="messages-title">${w.messages(list.filter((m) => m.state === "open").length)}</h2></summary>
    <ul class="messages">${list.map((m) => message(scene, m))}</ul></details></section>`;
}

function message(scene: Scene, m: VoiceMessage): TemplateResult {
  const { s, w, app } = scene;
  const mine = m.state === "taken" && m.by === s.agent;
  const label = s.view?.queues?.find((q) => q.queue === m.queue)?.label ?? m.queue;
  return html`<li><p><b>${m.number === "anonymous" ? w.anonymousCaller : w.caller(m.number)}</b> · ${label}</p>
    <p class="hint">${dayAndMinute(m.at, s.lang)} · ${spell(m.ms, s.lang)}${m.cut ? html` · ${w.messageCut}` : nothing}${m.state === "taken" ? html` · ${mine ? w.messageMine : w.messageTaken(m.by ?? "")}` : nothing}</p>
    <p class="hint">${s.view?.callbacks?.some((b) => b.id === m.id) ? w.messageBack : w.messageNoBack}</p>
    ${s.playing === m.id ? html`<audio controls controlslist="nodownload noremoteplayback" disableremoteplayback preload="none" id="message-sound" src="/api/v1/messages/${encodeURIComponent(m.id)}/sound" aria-label=${w.messageSound(dayAndMinute(m.at, s.lang))}></audio>` : nothing}
    <div class="side-do">${s.playing === m.id ? nothing : button({ label: w.listen, id: `listen-${m.id}`, icon: "play", click: () => app.listen(m.id) })}
      ${m.state === "open" ? button({ label: w.takeMessage, id: `take-${m.id}`, click: () => app.markMessage(m.id, "taken") }) : nothing}
      ${mine ? html`${button({ label: w.messageDone, id: `done-${m.id}`, icon: "check", click: () => app.markMessage(m.id, "done") })}${button({ label: w.giveBack, id: `back-${m.id}`, kind: "ghost", click: () => app.markMessage(m.id, "open") })}` : nothing}</div></li>`;
}
