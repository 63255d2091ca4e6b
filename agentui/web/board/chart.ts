// The day in bars: who was answered, and who left, hour by hour. The table below says
// the same, and opens the calls of an hour by keyboard.

import { html, nothing, svg, type TemplateResult } from "lit";
import { at, clock, count } from "../format";
import { opens } from "./kpi";
import { serverNow, type Hour, type Scene } from "./state";

const W = 720, H = 150, BASE = 126;

interface Bar { hour: number; answered: number; left: number; abandoned: number; unserved: number }

/** One bar an hour of the reader's day, of all queues. */
export function bars(hours: Hour[], from: number, now: number): Bar[] {
  const out: Bar[] = [];
  for (let h = from; h <= now && out.length < 25; h += 3600_000) {
    const within = hours.filter((x) => at(x.start) >= h && at(x.start) < h + 3600_000);
    const sum = (pick: (x: Hour) => number) => within.reduce((n, x) => n + pick(x), 0);
    const abandoned = sum((x) => x.abandoned), unserved = sum((x) => x.unserved);
    out.push({ hour: h, answered: sum((x) => x.answered), abandoned, unserved, left: abandoned + unserved });
  }
  return out;
}

export function chart(scene: Scene): TemplateResult | typeof nothing {
  const { s, b, r, act } = scene;
  const t = s.board!.today;
  const list = bars(t.hours, at(t.from), serverNow(s));
  const most = Math.max(4, ...list.map((x) => x.answered + x.left));
  const step = W / 24;
  const high = (n: number) => (n / most) * (BASE - 18); // room for the number above
  return html`<section class="card day" aria-labelledby="day-title"><h2 id="day-title">${b.day}</h2>
    <p class="legend" aria-hidden="true"><span class="key answered"></span>${b.answered} <span class="key left"></span>${b.left}</p>
    <svg class="bars" viewBox="0 0 ${W} ${H}" aria-hidden="true" focusable="false">
      <line x1="0" x2=${W} y1=${BASE} y2=${BASE} class="axis"></line>
      ${list.map((x, i) => svg`<g @click=${() => { if (!s.tv && x.answered + x.left > 0) act.open("offered", new Date(x.hour).toISOString(), ""); }}><rect class="answered" x=${i * step + 3} width=${step - 6} y=${BASE - high(x.answered)} height=${high(x.answered)} rx="2"></rect>
        <rect class="left" x=${i * step + 3} width=${step - 6} y=${BASE - high(x.answered) - high(x.left)} height=${high(x.left)} rx="2"></rect>
        ${x.answered + x.left > 0 ? svg`<text class="n" x=${i * step + step / 2} y=${BASE - high(x.answered + x.left) - 4}>${x.answered + x.left}</text>` : nothing}</g>`)}
      ${[0, 3, 6, 9, 12, 15, 18, 21].map((h) => svg`<text x=${h * step + step / 2} y=${H - 6}>${clock(at(t.from) + h * 3600_000, s.lang).slice(0, 2)}</text>`)}</svg>
    ${s.tv ? nothing : html`<details><summary>${b.asTable}</summary><div class="table-box" tabindex="0" role="region" aria-label=${b.tables.day}><table class="rows"><thead><tr><th scope="col">${b.hour}</th>${columns.map((c) => html`<th scope="col" class="num">${r.counts[c]}</th>`)}</tr></thead>
      <tbody>${list.filter((x) => x.answered + x.left > 0).map((x) => html`<tr><th scope="row" data-label=${b.hour}>${clock(x.hour, s.lang)}</th>${columns.map((c) => html`<td class="num" data-label=${r.counts[c]}>${opens(scene, count(x[c], s.lang), c, new Date(x.hour).toISOString())}</td>`)}</tr>`)}</tbody></table></div></details>`}</section>`;
}

const columns = ["answered", "abandoned", "unserved"] as const;
