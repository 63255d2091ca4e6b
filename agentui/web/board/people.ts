// The volunteers: state, since when, whether their sound is there, and taking
// part in their talks.

import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { at, clock, timer } from "../format";
import type { Mode } from "../messages";
import { button } from "../parts";
import { health } from "./health";
import { serverNow, type Board, type Line, type Scene } from "./state";

const order = ["reconnecting", "media_fault", "not_responding", "talking", "held", "assisting", "offered", "ready", "wrapup", "paused", "checking"];

/** Who is on shift: what needs a look first, then by name. */
export function sortedPeople(b: Board): Line[] {
  return (b.status.agents ?? []).filter((g) => g.state !== "offline").sort((x, y) => order.indexOf(x.state) - order.indexOf(y.state) || x.name.localeCompare(y.name));
}

export function stateName({ w }: Pick<Scene, "w">, g: Line): string {
  return g.state === "paused" && g.reason === "login" ? w.stateLogin : w.state[g.state];
}

/** So many volunteers scroll within their list: what stands below it stays in reach. */
const MANY = 16;

export function people(scene: Scene): TemplateResult {
  const { s, b } = scene;
  const list = sortedPeople(s.board!);
  const off = (s.board!.status.agents ?? []).length - list.length;
  return html`<section class="card people" aria-labelledby="people-title"><h2 id="people-title">${b.volunteers(list.length)}</h2>
    ${list.length === 0 ? html`<p class="call-out warn">${b.nobodyOnShift}</p>` : html`<ul class=${list.length > MANY ? "long" : ""} tabindex=${list.length > MANY ? 0 : nothing} aria-label=${b.volunteers(list.length)}>${repeat(list, (g) => g.agent, (g) => one(scene, g))}</ul>`}
    <p class="hint">${b.offShift(off)}</p>
    ${s.board!.you.state !== "offline" ? nothing : html`<p class="hint">${s.board!.you.listed === false ? b.notListed : html`<span>${b.toTakePart} <a href="/?lang=${s.lang}">${b.toMyPage}</a></span>`}</p>`}</section>`;
}

function one(scene: Scene, g: Line): TemplateResult {
  const { s, w, b, act } = scene;
  const sound = health(scene, g);
  return html`<li><span class="tag ${mood(g.state)}">${stateName(scene, g)}</span>
    <b>${g.name || g.agent}</b><span class="num">${at(g.since) > 0 ? timer(serverNow(s) - at(g.since), s.lang) : "–"}</span>
    ${sound.words ? html`<span class=${sound.mood ? `tag ${sound.mood}` : "hint"}>${sound.words}</span>` : nothing}
    ${g.shift_ends ? html`<span class="tag">${b.shiftEnds(clock(at(g.shift_ends), s.lang))}</span>` : nothing}
    ${g.next ? html`<span class="hint">${b.next(w.state[g.next as keyof typeof w.state] ?? g.next)}</span>` : nothing}
    ${g.contact ? button({ label: b.timeline, id: `story-${g.contact}`, kind: "ghost", click: () => act.look(g.contact!) }) : nothing}${parts(scene, g)}</li>`;
}

const modes: Mode[] = ["listen", "whisper", "barge", "take_over"];

// parts are the ways to take part in her talk. Hers is told at once.
function parts({ s, w, b, act }: Scene, g: Line): TemplateResult | typeof nothing {
  const you = s.board!.you;
  const talk = you.floor?.talks.find((t) => t.contact === g.contact && (g.state === "talking" || g.state === "held"));
  if (!talk) return nothing;
  const mine = talk.watched?.find((v) => v.name === s.name);
  return html`${(talk.watched ?? []).map((v) => html`<span class="tag">${v.name}: ${w.modes[v.mode]}</span>`)}
    ${talk.may ? html`<span class="hint wide">${w.notices[talk.may as keyof typeof w.notices]?.("") ?? ""}</span>`
      : !you.may && !mine ? nothing
      : html`<details class="wide"><summary>${b.takePart}</summary><div class="choices" role="group" aria-label=${w.superviseOf(talk.name)}>${modes.map((m) =>
          button({ label: w.modes[m], id: `${m}-${talk.contact}`, kind: m === "take_over" ? "warn" : "plain", click: () => act.supervise(talk.contact, m), busy: s.busy === `supervise-${talk.contact}` }))}
        ${mine ? button({ label: w.leaveRoom, id: `leave-${talk.contact}`, click: () => act.leave(talk.contact) }) : nothing}</div></details>`}`;
}

/** The colour of a state. */
export function mood(state: string): string {
  if (state === "ready") return "ok";
  if (state === "talking" || state === "held" || state === "assisting") return "on";
  if (state === "not_responding" || state === "media_fault" || state === "reconnecting") return "bad";
  return "warn";
}
