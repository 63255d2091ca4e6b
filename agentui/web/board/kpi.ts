// Today's figures, each with its formula.

import { html, nothing, type TemplateResult } from "lit";
import { at, clock, count, spell, timer } from "../format";
import { button, dialog } from "../parts";
import type { Figures, Scene } from "./state";

/** One figure of today as text, shorter for a television; "–" where there is too little to say. */
export function shown(scene: Scene, f: Figures | undefined, id: string, short = false): string {
  const k = f?.kpis.find((x) => x.id === id);
  if (!k || !k.shown) return "–";
  if (short) return k.unit === "percent" ? `${Math.round(k.value)} %` : timer(k.value * 1000, scene.s.lang);
  return k.unit === "percent" ? `${count(Math.round(k.value * 10) / 10, scene.s.lang)} %` : spell(k.value * 1000, scene.s.lang);
}

export function kpi(scene: Scene, id: keyof Scene["b"]["kpis"]): TemplateResult {
  const { s, b, act } = scene;
  const [name] = b.kpis[id];
  return html`<div><dt><button type="button" class="formula" id="kpi-${id}" @click=${() => act.explain(id)} title=${b.explain}>${name}</button></dt><dd>${shown(scene, s.board!.today.all, id)}</dd></div>`;
}

export function formulaDialog(scene: Scene): TemplateResult {
  const { s, w, b, act } = scene;
  const id = s.formula as keyof typeof b.kpis;
  const f = s.formula ? b.kpis[id] : undefined;
  const t = s.board!.today;
  const k = t.all.kpis.find((x) => x.id === id);
  return dialog(!!f, f?.[0] ?? "", () => act.explain(""), f ? html`<h2>${f[0]}</h2><p>${f[1]}</p>
    <p class="hint">${b.since(clock(at(t.from), s.lang), t.t)} ${k ? b.over(count(k.n, s.lang)) : nothing}</p>
    <div class="do">${button({ label: w.close, click: () => act.explain("") })}</div>` : nothing);
}
