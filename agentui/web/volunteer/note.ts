// The field for what she writes down, in the talk and in wrap-up, and what could
// not be kept of a contact that is over.

import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { clock } from "../format";
import { button, icon } from "../parts";
import type { NotePage } from "../notebook";
import type { Scene } from "./app";

/** How many letters the server takes. */
const MOST = 10_000;

export function note(scene: Scene): TemplateResult | typeof nothing {
  const { s, w, app } = scene;
  const n = s.note;
  if (!n || n.phase === "off") return nothing;
  return html`<section class="note" aria-labelledby="note-label"><div class="note-head"><label id="note-label" for="note">${w.note}</label>${status(scene, n)}</div>
    <textarea id="note" rows="4" maxlength=${MOST} autocomplete="off" aria-describedby="note-hint" .value=${live(n.text)}
      @input=${(e: Event) => app.write((e.target as HTMLTextAreaElement).value)} @blur=${app.keepNote}></textarea>
    <p class="hint" id="note-hint">${w.noteHint}</p></section>`;
}

function status({ s, w }: Scene, n: NotePage): TemplateResult {
  if (n.trouble) return html`<p class="note-state bad" role="alert">${icon("warn")}<span>${n.trouble === "retry" ? w.noteRetry : w.noteRefused}</span></p>`;
  if (n.phase === "loading") return html`<p class="note-state">${w.loading}</p>`;
  if (n.dirty) return html`<p class="note-state">${w.noteSaving}</p>`;
  return html`<p class="note-state">${n.saved ? html`${icon("check")}<span>${w.noteSaved(clock(n.saved, s.lang))}</span>` : nothing}</p>`;
}

/** Of contacts that are over: she sees the words until they are safe, or she lets them go. */
export function leftNotes({ s, w, app }: Scene): TemplateResult | typeof nothing {
  if (s.notesLeft.length === 0) return nothing;
  return html`<section class="card" aria-labelledby="left-title"><h2 id="left-title">${w.noteLeft}</h2>
    ${s.notesLeft.map((n, i) => html`<p class="hint" role="status">${n.trouble === "retry" ? w.noteRetry : w.noteLeftRefused}</p>
      <textarea rows="4" readonly aria-label=${`${w.noteLeft} ${i + 1}`} .value=${n.text}></textarea>
      <div class="side-do">${button({ label: w.noteDrop, kind: "ghost", id: `drop-note-${i}`, click: () => app.dropNote(n.contact) })}</div>`)}</section>`;
}
