// How old the picture is; an old one must not look like a quiet night.

import { html, nothing, type TemplateResult } from "lit";
import { clock } from "../format";
import { button } from "../parts";
import { serverNow, type Scene } from "./state";

const STALE_MS = 5000;

export function old(s: Scene["s"]): boolean {
  return Date.now() - s.heardAt > STALE_MS;
}

export function fresh({ s, b, act }: Scene): TemplateResult {
  const age = Math.max(0, Math.round((Date.now() - s.heardAt) / 1000));
  const words = s.signedOut ? b.signedOut : old(s) ? b.stale(age) : b.fresh;
  return html`<p class="fresh ${old(s) ? "bad" : ""}"><span class="dot" aria-hidden="true"></span>${s.board ? html`<b>${clock(serverNow(s), s.lang)}</b> · ` : nothing}<span role="status">${words}</span>${s.signedOut ? html` <a class="btn plain" href="/signin?next=/board&lang=${s.lang}">${b.signIn}</a>` : nothing}
    ${s.tv ? html`<span class="grow"></span>${button({ label: b.tvOff, kind: "ghost", click: () => act.tv(false), id: "tv-off" })}` : nothing}</p>`;
}
