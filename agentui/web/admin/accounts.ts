// Accounts to sign in with. They change at once, outside the draft.

import { html, type TemplateResult } from "lit";
import { button, dialog } from "../parts";
import type { Scene } from "./state";

export function accounts(scene: Scene): TemplateResult {
  const { s, w, a, act } = scene;
  const add = async (e: SubmitEvent) => {
    e.preventDefault();
    const form = e.currentTarget as HTMLFormElement;
    const d = new FormData(form);
    if (await act.addUser(String(d.get("name")).trim(), String(d.get("role")), String(d.get("password")))) form.reset();
  };
  return html`<section class="stack" aria-labelledby="accounts-title"><h3 id="accounts-title">${a.accounts}</h3><p class="help">${a.accountsLead}</p>
    ${s.users ? html`<ul class="accounts">${s.users.map((u) => html`<li class="card account"><div><b>${u.name}</b>
      <span class="tag ${u.disabled ? "bad" : "ok"}">${u.disabled ? a.disabled : a.active}</span></div>
      <div class="field inline"><label for="role-${u.name}">${a.role}</label><select id="role-${u.name}" @change=${(e: Event) => act.changeUser(u.name, { role: (e.target as HTMLSelectElement).value })}>
        ${Object.entries(a.roles).map(([r, label]) => html`<option value=${r} ?selected=${u.role === r}>${label}</option>`)}</select></div>
      <div class="do">${button({ label: a.setPassword, click: () => act.askPassword(u.name), id: `pw-${u.name}` })}
      ${button({ label: u.disabled ? a.enable : a.disable, click: () => act.changeUser(u.name, { disabled: !u.disabled }), id: `dis-${u.name}`, kind: "ghost" })}</div></li>`)}</ul>`
      : html`<p class="hint">${w.loading}</p>`}
    <form class="card stack" @submit=${add}><h4>${a.addAccount}</h4><div class="grid">
      <div class="field"><label for="new-name">${a.username}</label><input id="new-name" name="name" required autocomplete="off" autocapitalize="none" spellcheck="false" pattern="[a-z0-9][a-z0-9._\\-]*"></div>
      <div class="field"><label for="new-role">${a.role}</label><select id="new-role" name="role">${Object.entries(a.roles).map(([r, label]) => html`<option value=${r}>${label}</option>`)}</select></div>
      <div class="field"><label for="new-password">${a.password}</label><input id="new-password" name="password" type="password" required minlength="10" autocomplete="new-password" aria-describedby="new-password-help">
      <p class="help" id="new-password-help">${a.passwordHint}</p></div></div>
      <div><button class="btn primary" type="submit"><span class="label">${a.addAccount}</span></button></div></form>
    ${passwordDialog(scene)}</section>`;
}

function passwordDialog({ s, a, act }: Scene): TemplateResult {
  const save = (e: SubmitEvent) => {
    e.preventDefault();
    act.changeUser(s.passwordFor, { password: String(new FormData(e.currentTarget as HTMLFormElement).get("password")) });
  };
  return dialog(s.passwordFor !== "", a.setPassword, () => act.askPassword(""), html`<form class="stack" @submit=${save}><h2>${a.setPassword}: ${s.passwordFor}</h2>
    <div class="field"><label for="password">${a.newPassword}</label><input id="password" name="password" type="password" required minlength="10" autocomplete="new-password" aria-describedby="password-help">
    <p class="help" id="password-help">${a.passwordHint}</p></div>
    <div class="do"><button class="btn primary" type="submit"><span class="label">${a.save}</span></button></div></form>`);
}
