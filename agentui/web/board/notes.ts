// What volunteers wrote about a contact, below its story. That there is a note is
// to be seen; its words only after a press, because who reads them is noted.

import { html, nothing, render, type TemplateResult } from "lit";
import { api, type ContactNote } from "../admin/api";
import { dayAndTime, type Lang } from "../format";
import type { BoardWords } from "../i18n/board-en";
import { button } from "../parts";

/** What the element is about; lit sets it anew with each picture. */
export interface About { contact: string; lang: Lang; b: BoardWords; name(agent: string): string }

/** `<sahut-notes .about=${…}>`: it asks by itself, so both pages that tell a story have it. */
export class ContactNotes extends HTMLElement {
  /** Where the notes come from; the preview has its own. */
  static source: Pick<typeof api, "notesOn" | "readNotes"> = api;

  private asked: About | null = null;
  private list: ContactNote[] = [];
  private read = false;
  private busy = false;
  private failed = false;

  set about(a: About) {
    const other = a.contact !== this.asked?.contact;
    this.asked = a;
    if (other) {
      this.list = [];
      this.read = this.failed = false;
      void this.load(() => ContactNotes.source.notesOn(a.contact));
    }
    this.draw();
  }

  private async load(from: () => Promise<ContactNote[]>): Promise<boolean> {
    const contact = this.asked?.contact;
    this.busy = true;
    this.failed = false;
    this.draw();
    const list = await from().catch(() => null);
    if (contact !== this.asked?.contact) return false;
    this.busy = false;
    this.failed = list === null;
    this.list = list ?? this.list;
    this.draw();
    return list !== null;
  }

  private readonly open = () => {
    const contact = this.asked!.contact;
    void this.load(() => ContactNotes.source.readNotes(contact)).then((ok) => {
      this.read ||= ok && contact === this.asked?.contact;
      this.draw();
    });
  };

  private draw(): void {
    render(this.asked ? this.body(this.asked) : nothing, this);
  }

  private body({ lang, b, name }: About): TemplateResult | typeof nothing {
    if (this.failed) return html`<p class="hint" role="alert">${b.notesFailed}</p>`;
    if (this.list.length === 0) return nothing;
    const heads = this.list.map((n) => html`<li><p class="hint">${name(n.agent)} · ${dayAndTime(n.saved, lang)}</p>${this.read ? html`<p class="words">${n.text}</p>` : nothing}</li>`);
    return html`<section class="contact-notes" aria-labelledby="notes-title"><h3 id="notes-title">${b.notes}</h3><ul aria-live="polite">${heads}</ul>
      ${this.read ? nothing : html`<div class="do">${button({ label: b.readNotes, id: "read-notes", click: this.open, busy: this.busy })}</div><p class="hint">${b.readNotesHint}</p>`}</section>`;
  }
}

customElements.define("sahut-notes", ContactNotes);
