// The whole screen of a volunteer, a function of the snapshot.

import { html, nothing, type TemplateResult } from "lit";
import type { Scene } from "./app";
import { banners } from "./banners";
import { call, offer } from "./call";
import { check } from "./check";
import { header, shownState } from "./header";
import { connecting, elsewhere, mediaFault, notResponding, offShift, paused, ready, reconnecting, signedOut } from "./rest";
import { locked } from "./locked";
import { assisting } from "./room";
import { side } from "./side";
import { wrapUp } from "./wrapup";
import "./elements";

export function screen(scene: Scene): TemplateResult {
  if (scene.s.locked) return locked(scene);
  const kind = stageKind(scene);
  return html`<a class="skip" href="#stage">${scene.w.skip}</a>${header(scene)}
    <main class="desk">
      ${banners(scene)}
      <section class="card stage ${kind}" id="stage" aria-labelledby="stage-title" tabindex="-1">${stage(scene, kind)}</section>
      ${scene.s.view ? side(scene) : nothing}
    </main>${scene.later?.dialogs(scene) ?? nothing}`;
}

/** Which stage is drawn; also the class it is coloured by. */
export function stageKind(scene: Scene): string {
  const { s } = scene;
  if (s.link === "elsewhere" || s.link === "replaced") return "elsewhere";
  if (!s.view) return "connecting";
  if (s.link === "signed_out" && !s.view.call) return "signed_out";
  const state = shownState(scene);
  if (state === "offered" && s.view.offer) return "offered";
  // A call keeps its buttons and its clock while the wire is away: the sound
  // has a path of its own and may well be fine.
  if (s.view.call && (state === "talking" || state === "held" || (state === "reconnecting" && s.view.state !== "reconnecting"))) {
    return s.view.call.held ? "held" : "talking";
  }
  if (s.view.call?.role) return "assisting";
  if (s.view.wrapup && (state === "wrapup" || (state === "reconnecting" && s.view.state === "wrapup"))) return "wrapup";
  return state;
}

function stage(scene: Scene, kind: string): TemplateResult {
  switch (kind) {
    case "elsewhere": return elsewhere(scene);
    case "signed_out": return signedOut(scene);
    case "connecting": return connecting(scene);
    case "offline": return offShift(scene);
    case "checking": return check(scene);
    case "ready": return ready(scene);
    case "offered": return offer(scene);
    case "talking":
    case "held": return call(scene);
    case "assisting": return assisting(scene);
    case "wrapup": return wrapUp(scene);
    case "paused": return paused(scene);
    case "not_responding": return notResponding(scene);
    case "media_fault": return mediaFault(scene);
    default: return reconnecting(scene);
  }
}
