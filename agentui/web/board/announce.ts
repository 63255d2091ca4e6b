// What supervisors tell all volunteers.

import { html, type TemplateResult } from "lit";
import { at, clock } from "../format";
import { button, dialog, icon } from "../parts";
import type { Scene } from "./state";

export function announcement({ s, b, act }: Scene): TemplateResult {
  const a = s.board!.announcement;
  if (!a) return html`<div class="do">${button({ label: b.announce, icon: "headset", id: "announce", click: () => act.write(true) })}</div>`;
  return html`<div class="banner">${icon("headset")}<span><b>${b.announced}</b> ${a.text} <span class="hint">${a.by} · ${clock(at(a.at), s.lang)}</span></span>
    ${button({ label: b.takeBack, id: "take-back", click: act.takeBack, busy: s.busy === "announce" })}</div>`;
}

export function announceDialog({ s, w, b, act }: Scene): TemplateResult {
  const submit = (e: SubmitEvent) => {
    e.preventDefault();
    act.announce(String(new FormData(e.currentTarget as HTMLFormElement).get("text") ?? ""));
  };
  return dialog(s.writing, b.announce, () => act.write(false), html`<form class="stack" @submit=${submit}><h2>${b.announce}</h2><p class="hint">${b.announceLead}</p>
    <div class="field"><label for="announce-text">${b.announceText}</label><textarea id="announce-text" name="text" rows="3" maxlength="280" required></textarea></div>
    <div class="do"><button type="submit" class="btn primary ${s.busy === "announce" ? "busy" : ""}" id="announce-do"><span class="label">${b.announceDo}</span></button>${button({ label: w.cancel, click: () => act.write(false) })}</div></form>`);
}
