// Lines above the stage: trouble with the wire or the sound, and what just
// happened. One polite region for news, one alert for the two things that must
// interrupt: a ring, and lost sound in a call.

import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { at, clock } from "../format";
import { button, icon } from "../parts";
import { soundHere, type Told } from "../store";
import type { Scene } from "./app";
import { soundGone } from "./bothways";
import { faultCard } from "./check";
import { shownState } from "./header";

export function banners(scene: Scene): TemplateResult {
  return html`<div class="banners">${link(scene)}${sound(scene)}${scene.s.draining && scene.s.link === "live"
      ? banner("warn", scene.w.bannerDraining) : nothing}${announcement(scene)}
    <div class="told" aria-live="polite">${repeat(scene.s.told, (t) => t.key, (t) => html`<p class="told-line">${toldWords(scene, t)}</p>`)}</div>
    <div class="visually-hidden" role="alert">${alertWords(scene)}</div></div>`;
}

// announcement stays until its writer takes it back, or she has read it.
function announcement({ s, w, app }: Scene): TemplateResult | typeof nothing {
  const a = s.announcement;
  if (!a || s.link !== "live") return nothing;
  return html`<div class="banner news" role="status">${icon("headset")}<p><b>${w.announced(a.by, clock(at(a.at), s.lang))}</b> ${a.text}</p>${button({ label: w.readIt, click: app.readIt, id: "read-it" })}</div>`;
}

function link({ s, w }: Scene): TemplateResult | typeof nothing {
  switch (s.link) {
    case "retrying":
      return banner("bad", s.view?.call ? wireCall(s, w) : `${w.bannerRetry} ${w.bannerRetryIdle}`, html`<span class="spin" aria-hidden="true"></span>`);
    case "signed_out":
      return s.view?.call ? banner("bad", w.bannerSignedOutCall, html`<a class="btn plain" href="/signin?lang=${s.lang}" target="_blank">${w.bannerSignIn}</a>`) : nothing;
    case "outdated":
      return banner("warn", w.bannerOutdated, button({ label: w.reload, click: () => location.reload() }));
    default:
      return nothing;
  }
}

// wireCall: without the wire nobody knows of the call but her ears.
function wireCall(s: Scene["s"], w: Scene["w"]): string {
  return soundGone(s) && !s.view?.call?.held ? w.bannerRetryLost : w.bannerRetryCall;
}

// sound shows a fault where the stage does not already do so.
function sound(scene: Scene): TemplateResult | typeof nothing {
  const { s, w, app } = scene;
  const state = shownState(scene);
  if (s.sound.systemMuted && state !== "offline") return banner("warn", w.systemMuted);
  if (!soundHere(s.view) || !s.sound.fault || !["ready", "paused", "offered", "wrapup", "not_responding"].includes(state)) return nothing;
  return html`<div class="banner-fault">${faultCard(scene, s.sound.fault)}${s.sound.fault === "blocked" ? nothing : button({ label: w.tryAgain, click: app.retrySound })}</div>`;
}

function banner(mood: "bad" | "warn", text: string, extra: TemplateResult | typeof nothing = nothing): TemplateResult {
  return html`<div class="banner ${mood}">${icon("warn")}<p>${text}</p>${extra}</div>`;
}

function toldWords({ w }: Scene, t: Told): string {
  const n = t.notice;
  if (n.code === "slow") return w.slow;
  if (n.code === "error") {
    const known = w.errors.known[n.error as keyof typeof w.errors.known];
    return known ?? w.errors.unknown(n.error);
  }
  const why = n.key ? w.why[n.key] ?? w.whyUnknown(n.key) : "";
  return [w.notices[n.code]?.(n.agent ?? ""), n.code === "transfer_failed" || n.code === "device_failed" || n.code === "consult_failed" || n.code === "third_left" ? why : ""].filter(Boolean).join(" ");
}

function alertWords(scene: Scene): string {
  const { s, w } = scene;
  if (s.view?.offer && s.view.state === "offered") return w.incomingFor(s.view.offer.label);
  if (s.view?.call && s.link === "retrying") return wireCall(s, w);
  if (s.view?.call && s.sound.fault) return w.faults[s.sound.fault][0];
  return "";
}
