// What a report is asked for.

import { html, nothing, type TemplateResult } from "lit";
import { isPressed, presets, zones, type Scene, type Zone } from "./state";

export function question({ s, r, act }: Scene): TemplateResult {
  const q = s.asked;
  const now = Date.now();
  const value = (e: Event) => (e.target as HTMLInputElement).value;
  const submit = (e: SubmitEvent) => {
    e.preventDefault();
    act.show();
  };
  const few = q.agents.length > 0 && q.agents.length < 3;
  return html`<form class="card question" @submit=${submit} aria-label=${r.ask}>
    <div class="presets" role="group" aria-label=${r.period}>${presets.map((p) => html`<button type="button" class="btn plain" id="preset-${p}" aria-pressed=${isPressed(s, p, now)} @click=${() => act.press(p)}><span class="label">${r.presets[p]}</span></button>`)}</div>
    <div class="grid">
      <div class="field"><label for="from">${r.from}</label><input type="date" id="from" required .value=${q.from} max=${q.to} @change=${(e: Event) => act.ask({ from: value(e) })}></div>
      <div class="field"><label for="to">${r.to}</label><input type="date" id="to" required .value=${q.to} min=${q.from} @change=${(e: Event) => act.ask({ to: value(e) })}></div>
      <div class="field"><label for="zone">${r.zone}</label><select id="zone" @change=${(e: Event) => act.ask({ zone: value(e) as Zone })}>${Object.entries(zones).map(([z, name]) => html`<option value=${z} ?selected=${z === q.zone}>${name}</option>`)}</select></div>
      <div class="field"><label for="step">${r.step}</label><select id="step" @change=${(e: Event) => act.ask({ step: value(e) as typeof q.step })}>${(["hour", "day", "week"] as const).map((x) => html`<option value=${x} ?selected=${x === q.step}>${r.steps[x]}</option>`)}</select></div>
      <div class="field"><label for="queue">${r.queue}</label><select id="queue" @change=${(e: Event) => act.ask({ queue: value(e) })}><option value="">${r.allQueues}</option>${s.queues.map((x) => html`<option value=${x.id} ?selected=${x.id === q.queue}>${x.label}</option>`)}</select></div>
    </div>
    <details class="more"><summary>${r.more}</summary><div class="stack">
      <fieldset class="chips"><legend>${r.group}</legend><p class="hint">${r.groupLead}</p><div class="chips">${s.agents.map((g) => html`<label class="chip"><input type="checkbox" value=${g.id} .checked=${q.agents.includes(g.id)}
        @change=${(e: Event) => act.ask({ agents: (e.target as HTMLInputElement).checked ? [...q.agents, g.id] : q.agents.filter((x) => x !== g.id) })}><span>${g.name || g.id}</span></label>`)}</div>
        ${few ? html`<p class="error" role="alert">${r.groupFew}</p>` : nothing}</fieldset>
      <div class="grid"><div class="field"><label for="t">${r.t}</label><input type="number" id="t" min="0" max="3600" required .value=${String(q.t)} @change=${(e: Event) => act.ask({ t: Number(value(e)) })}></div>
        <div class="field"><label for="s">${r.s}</label><input type="number" id="s" min="0" max="3600" required .value=${String(q.s)} @change=${(e: Event) => act.ask({ s: Number(value(e)) })}></div></div></div></details>
    <div class="do"><button type="submit" class="btn primary ${s.busy ? "busy" : ""}" id="show" ?disabled=${few}><span class="label">${r.show}</span></button></div></form>`;
}
