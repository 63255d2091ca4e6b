// Who waits and why she still does, and the queues with their day.

import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { at, timer } from "../format";
import { button } from "../parts";
import { gate, why } from "../admin/floor";
import type { WaitingCaller } from "../admin/api";
import { opens, shown } from "./kpi";
import { serverNow, type Scene } from "./state";

export function waiting(scene: Scene): TemplateResult {
  const { s, a, b } = scene;
  const list = s.board!.waiting;
  return html`<section class="stack" aria-labelledby="waiting-title"><h2 id="waiting-title">${a.whoWaits}</h2>
    ${list.length === 0 ? html`<p class="empty">${b.nobodyWaits}</p>` : html`<div class="table-box" tabindex="0" role="region" aria-label=${b.tables.waiting}><table class="rows"><thead><tr><th scope="col">${a.place}</th><th scope="col">${a.queueCol}</th>
      <th scope="col" class="num">${a.columns.wait}</th><th scope="col">${a.waitState}</th><th scope="col"><span class="visually-hidden">${a.whyAsk}</span></th></tr></thead>
      <tbody>${repeat(list, (c) => c.contact, (c) => caller(scene, c))}</tbody></table></div>`}</section>`;
}

function caller(scene: Scene, c: WaitingCaller): TemplateResult {
  const { s, a, b, act } = scene;
  const time = serverNow(s);
  const open = s.why?.contact === c.contact;
  const label = s.board!.status.queues?.find((q) => q.queue === c.queue)?.label ?? c.queue;
  return html`<tr class=${c.danger ? "danger" : ""}><th scope="row" data-label=${a.place}>${c.place}</th><td data-label=${a.queueCol}>${label}</td>
      <td class="num" data-label=${a.columns.wait}><b>${timer(time - at(c.since), s.lang)}</b></td>
      <td data-label=${a.waitState}><span class="tags">${c.danger ? html`<span class="tag bad">${a.inDanger}</span> ` : nothing}${c.class !== "normal" && !c.danger ? html`<span class="tag warn">${a.classes[c.class] ?? c.class}</span> ` : nothing}
        ${c.language && c.language !== "id" ? html`<span class="tag">${b.languages[c.language] ?? c.language}</span> ` : nothing}${c.topic ? html`<span class="tag">${c.topic}</span> ` : nothing}
        ${c.callback ? html`<span class="tag">${a.sections.callbacks}</span> ` : nothing}${c.unmet ? html`<span class="tag bad">${a.unmet}</span>` : c.ringing ? html`<span class="tag ok">${a.ringsAt(c.ringing)}</span>` : nothing}</span></td>
      <td class="acts">${button({ label: open ? a.whyClose : a.whyAsk, id: `why-${c.contact}`, kind: "ghost", click: () => act.lookWhy(open ? "" : c.contact) })}${button({ label: b.timeline, id: `story-${c.contact}`, kind: "ghost", click: () => act.look(c.contact) })}</td></tr>
    ${open ? html`<tr class="why"><td colspan="5">${why({ s, a }, s.why!, time)}</td></tr>` : nothing}`;
}

// below leads to the list that a figure of now is made of, on the same page.
function below(figure: string | number, list: "waiting" | "people"): TemplateResult | string {
  return figure === 0 ? "0" : html`<a class="cell" href="#${list}-title">${figure}</a>`;
}

export function queues(scene: Scene): TemplateResult {
  const { s, a, b, r, act } = scene;
  const now = s.board!;
  const time = serverNow(s);
  return html`<section class="stack" aria-labelledby="queues-title"><h2 id="queues-title">${a.sections.queues}</h2>
    <div class="table-box" tabindex="0" role="region" aria-label=${b.tables.queues}><table class="rows"><thead><tr><th scope="col">${a.queueCol}</th><th scope="col" class="num">${a.waiting}</th><th scope="col" class="num">${a.longest}</th>
      <th scope="col" class="num">${a.readyNow}</th><th scope="col" class="num">${a.talking}</th><th scope="col" class="num">${r.kpis["service_level"]![0]}</th><th scope="col" class="num">${r.kpis["abandon_rate"]![0]}</th>
      <th scope="col"><span class="visually-hidden">${a.closeNow}</span></th></tr></thead>
      <tbody>${(now.status.queues ?? []).map((q) => {
        const f = now.today.queues.find((x) => x.queue === q.queue);
        return html`<tr><th scope="row" data-label=${a.queueCol}>${q.label}</th><td class="num" data-label=${a.waiting}>${below(q.waiting, "waiting")}</td>
          <td class="num" data-label=${a.longest}>${q.waiting && q.oldest ? below(timer(time - at(q.oldest), s.lang), "waiting") : "–"}</td>
          <td class="num" data-label=${a.readyNow}>${below(q.ready, "people")}</td><td class="num" data-label=${a.talking}>${below(q.talking, "people")}</td>
          <td class="num" data-label=${r.kpis["service_level"]![0]}>${opens(scene, shown(scene, f, "service_level"), "service_level", "", q.queue)}</td><td class="num" data-label=${r.kpis["abandon_rate"]![0]}>${opens(scene, shown(scene, f, "abandon_rate"), "abandon_rate", "", q.queue)}</td>
          <td class="acts">${gate({ s, a, act }, q.queue, q.closed)}</td></tr>`;
      })}</tbody></table></div></section>`;
}
