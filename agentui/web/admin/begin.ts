// The way to the first call, for a house where nothing is set yet: what is there,
// and what is still missing, each with the way to it.

import { html, nothing, type TemplateResult } from "lit";
import { icon } from "../parts";
import { mayEdit, type Scene, type Section } from "./state";

/** Nothing, once callers could be answered. */
export function begin(scene: Scene): TemplateResult | typeof nothing {
  const { s, a } = scene;
  const d = s.draft;
  if (!d || !s.base || !mayEdit(s)) return nothing;
  const steps: { section: Section; done: boolean; words: string }[] = [
    { section: "queues", done: d.queues.length > 0, words: a.beginQueue },
    { section: "numbers", done: d.numbers.some((n) => n.number !== ""), words: a.beginNumber },
    { section: "volunteers", done: d.agents.some((g) => g.id !== "" && g.queues.length > 0), words: a.beginVolunteers },
  ];
  const there = s.base.queues.length > 0 && s.base.numbers.length > 0 && s.base.agents.length > 0;
  if (there) return nothing;
  return html`<section class="card stack begin" aria-labelledby="begin-title"><h3 id="begin-title">${a.beginTitle}</h3>
    <ol>${steps.map((x) => html`<li><span class="tag ${x.done ? "ok" : ""}">${x.done ? html`${icon("check")}<span class="visually-hidden">${a.beginDone}</span>` : a.beginOpen}</span>
      ${x.section === s.section ? html`<b>${x.words}</b>` : html`<a href="#${x.section}">${x.words}</a>`}</li>`)}
      <li><span class="tag">${a.beginOpen}</span> <span>${a.beginApply}</span></li></ol><p class="hint">${a.beginTrunk} <a href="#trunks">${a.sections.trunks}</a></p></section>`;
}
