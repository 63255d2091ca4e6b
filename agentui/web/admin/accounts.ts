// Accounts to sign in with. They change at once, outside the draft, and end the
// sessions of whoever it is: so each change is asked first, with what she does now.

import { html, nothing, type TemplateResult } from "lit";
import { button, dialog, icon } from "../parts";
import { refusal } from "../i18n/problems";
import type { Refused, User } from "./api";
import { newAgent } from "./edit";
import { fieldError, mended } from "./refused";
import { trouble } from "./screen";
import type { Asking, Scene } from "./state";

const SHORTEST = 10; // characters of a password
const userName = /^[a-z0-9][a-z0-9._-]{0,31}$/;

export function accounts(scene: Scene): TemplateResult {
  const { s, w, a } = scene;
  return html`<section class="stack" aria-labelledby="accounts-title"><h3 id="accounts-title">${a.accounts}</h3><p class="help">${a.accountsLead}</p>
    ${s.users ? html`<ul class="accounts">${s.users.map((u) => account(scene, u))}</ul>` : html`<p class="hint">${w.loading}</p>`}${add(scene)}</section>`;
}

function account(scene: Scene, u: User): TemplateResult {
  const { s, a, act } = scene;
  const ask = (what: Asking["what"]) => () => act.askAccount({ what, name: u.name });
  const agents = s.draft?.agents ?? [];
  const idle = u.role === "volunteer" && !u.disabled && !agents.some((g) => g.id === u.name);
  return html`<li class="card account"><div><b>${u.name}</b> <span class="hint" id="role-${u.name}">${a.roles[u.role] ?? u.role}</span>
      <span class="tag ${u.disabled ? "bad" : "ok"}">${u.disabled ? a.disabled : a.active}</span></div>
    <div class="do">${button({ label: a.changeRole, click: ask("role"), id: `ask-role-${u.name}` })}${button({ label: a.setPassword, click: ask("password"), id: `pw-${u.name}` })}
      ${u.disabled ? button({ label: a.enable, click: () => void act.changeUser(u.name, { disabled: false }), id: `dis-${u.name}`, kind: "ghost" }) : button({ label: a.disable, click: ask("disable"), id: `dis-${u.name}`, kind: "ghost" })}</div>
    ${idle ? html`<p class="hint idle">${icon("warn")}<span>${a.noAgent(u.name)}</span> ${button({ label: a.makeAgent(u.name), id: `agent-${u.name}`, click: () => act.grow("agents", agents, newAgent(scene, u.name)) })}</p>` : nothing}</li>`;
}

function add(scene: Scene): TemplateResult {
  const { s, a, act } = scene;
  const send = async (e: SubmitEvent) => {
    e.preventDefault();
    const form = e.currentTarget as HTMLFormElement;
    const d = new FormData(form);
    const name = String(d.get("name")).trim(), password = String(d.get("password"));
    if (!mended(form, { "new-name": userName.test(name) ? "" : a.usernameWrong, "new-password": password.length < SHORTEST ? a.passwordShort : "" })) return;
    const no = await act.addUser(name, String(d.get("role")), password);
    if (!no) form.reset();
    else mended(form, { "new-name": no.code === "exists" || no.code === "invalid_name" ? refusal(no, s.lang) : "", "new-password": no.code === "invalid_password" ? refusal(no, s.lang) : "" });
  };
  return html`<form class="card stack" novalidate @submit=${send}><h4>${a.addAccount}</h4><div class="grid">
      <div class="field"><label for="new-name">${a.username}</label><input id="new-name" name="name" autocomplete="off" autocapitalize="none" spellcheck="false" aria-describedby="new-name-help"><p class="help" id="new-name-help">${a.usernameHint}</p>${fieldError("new-name")}</div>
      <div class="field"><label for="new-role">${a.role}</label><select id="new-role" name="role" aria-describedby="new-role-help">${Object.entries(a.roles).map(([r, label]) => html`<option value=${r}>${label}</option>`)}</select><p class="help" id="new-role-help">${a.roleHint}</p></div>
      <div class="field"><label for="new-password">${a.password}</label><input id="new-password" name="password" type="password" autocomplete="new-password" aria-describedby="new-password-help">
      <p class="help" id="new-password-help">${a.passwordHint}</p>${fieldError("new-password")}</div></div>
      <div><button class="btn primary ${s.busy === "user" ? "busy" : ""}" type="submit"><span class="label">${a.addAccount}</span></button></div></form>`;
}

/** What is asked before an account changes. */
export function accountDialog(scene: Scene): TemplateResult {
  const { s, a, act } = scene;
  const q = s.asking;
  const title = q ? { role: a.changeRole, password: a.setPassword, disable: a.disable }[q.what] : "";
  return dialog(!!q, title, () => act.askAccount(null), q ? html`<form class="stack" novalidate @submit=${(e: SubmitEvent) => void send(scene, q, e)}><h2>${title}: ${q.name}</h2>
    ${q.what === "role" ? roles(scene, q) : q.what === "password" ? html`<div class="field"><label for="password">${a.newPassword}</label><input id="password" name="password" type="password" autocomplete="new-password" aria-describedby="password-help">
      <p class="help" id="password-help">${a.passwordHint}</p>${fieldError("password")}</div>` : nothing}
    ${q.what === "disable" ? html`<p>${a.disableLead}</p>` : nothing}${now(scene, q)}${trouble(scene)}
    <div class="do"><button class="btn ${q.what === "disable" ? "stop" : "primary"} ${s.busy === "user" ? "busy" : ""}" type="submit"><span class="label">${q.what === "disable" ? a.disable : a.save}</span></button>
      ${button({ label: scene.w.cancel, id: "account-cancel", click: () => act.askAccount(null) })}</div></form>` : nothing);
}

function roles({ s, a }: Scene, q: Asking): TemplateResult {
  const mine = s.users?.find((u) => u.name === q.name)?.role;
  return html`<div class="field"><label for="role">${a.role}</label><select id="role" name="role" aria-describedby="role-help">${Object.entries(a.roles).map(([r, label]) => html`<option value=${r} ?selected=${r === mine}>${label}</option>`)}</select>
    <p class="help" id="role-help">${a.roleHint}</p></div>`;
}

// now says what becomes of her session and, if she is in a talk, of the caller.
function now({ s, a }: Scene, q: Asking): TemplateResult {
  const state = s.status?.agents?.find((g) => g.agent === q.name)?.state ?? "offline";
  if (q.name === s.user) return html`<p class="banner warn">${icon("warn")}<span>${a.ownAccount}</span></p>`;
  if (state === "talking" || state === "held" || state === "reconnecting") return html`<p class="banner bad">${icon("warn")}<span>${a.isTalking(q.name)}</span></p>`;
  return state === "offline" ? html`<p class="hint">${a.sessionsEnd}</p>` : html`<p class="banner warn">${icon("warn")}<span>${a.isOnShift(q.name)}</span></p>`;
}

async function send({ s, a, act }: Scene, q: Asking, e: SubmitEvent): Promise<void> {
  e.preventDefault();
  const form = e.currentTarget as HTMLFormElement;
  const d = new FormData(form);
  const password = String(d.get("password") ?? "");
  if (q.what === "password" && !mended(form, { password: password.length < SHORTEST ? a.passwordShort : "" })) return;
  const no: Refused | null = await act.changeUser(q.name, q.what === "role" ? { role: String(d.get("role")) } : q.what === "disable" ? { disabled: true } : { password });
  if (no?.code === "invalid_password") mended(form, { password: refusal(no, s.lang) });
}
