// The frame of the administration: sections, the bar of the draft, dialogs.

import { html, nothing, type TemplateResult } from "lit";
import { at, clock } from "../format";
import { button, dialog, icon, mark } from "../parts";
import { accountDialog } from "./accounts";
import { begin } from "./begin";
import { blocks } from "./blocks";
import { callbacks } from "./callbacks";
import type { Change, Routing } from "./api";
import { changeList, changeWords, fromServer, valueWords } from "./changes";
import { changes } from "./draft";
import { choices, menus, numbers, outgoing, queues, rules, volunteers } from "./edit";
import { mistake } from "../i18n/problems";
import { calls, history, status } from "./look";
import { placeWords } from "./place";
import { missing } from "./way";
import { hours } from "./hours";
import { merge } from "./merge";
import { prompts } from "./prompts";
import { tryOut } from "./whatif";
import { shifts } from "./shifts";
import { trunks } from "./trunks";
import { mayEdit, sectionsOf, type Scene, type Section } from "./state";

export function screen(scene: Scene): TemplateResult {
  const { s, w, a, act } = scene;
  return html`<a class="skip" href="#main">${a.sections[s.section]}</a>
    <header class="bar admin-bar"><h1 class="brand">${mark()}<span>${w.product} <span class="brand-sub">${a.title}</span></span></h1><span class="grow"></span>
      ${s.role === "supervisor" ? html`<a class="btn ghost" href="/board?lang=${s.lang}">${a.toBoard}</a>` : nothing}<a class="btn ghost" href="/reports?lang=${s.lang}">${a.toReports}</a>${s.role === "admin" && !s.base?.agents.some((g) => g.id === s.user) ? nothing : html`<a class="btn ghost" href="/?lang=${s.lang}">${a.toVolunteer}</a>`}
      <button type="button" class="btn ghost" data-tour><span class="label">${w.tour.again}</span></button>
      <button type="button" class="btn ghost" lang=${s.lang === "en" ? "id" : "en"} @click=${act.switchLang}><span class="label">${w.otherLanguage}</span></button>
      <button type="button" class="btn ghost" @click=${act.signOut}><span class="label">${w.signOut}</span></button></header>
    <div class="admin"><nav class="admin-nav" aria-label=${a.title}><ul>${sectionsOf(s.role).map((n) => html`<li><a href="#${n}" aria-current=${n === s.section ? "page" : nothing}>${a.sections[n]}${dot(scene, n)}</a></li>`)}</ul></nav>
    <main id="main" tabindex="-1" class="stack"><div class="section-head"><h2>${a.sections[s.section]}</h2><p class="lead">${a.sectionLead[s.section]}</p></div>
      ${problems(scene)}${!mayEdit(s) && s.role && edits.includes(s.section) ? html`<p class="banner warn">${a.readOnly}</p>` : nothing}
      ${beginnings.includes(s.section) ? begin(scene) : nothing}${section(scene)}</main></div><div class="foot">${said(scene)}${draftBar(scene)}</div>${review(scene)}${conflict(scene)}${goBack(scene)}${accountDialog(scene)}${signInDialog(scene)}`;
}

const beginnings: Section[] = ["status", "queues", "numbers", "volunteers"];
const drafts: Section[] = ["queues", "menus", "hours", "numbers", "volunteers", "shifts", "choices", "outgoing", "rules"];
const edits: Section[] = [...drafts, "prompts", "routing"];

function section(scene: Scene): TemplateResult {
  if (drafts.includes(scene.s.section) && !scene.s.draft) return html`<p class="hint">${scene.w.loading}</p>`;
  switch (scene.s.section) {
    case "calls": return calls(scene);
    case "status": return status(scene);
    case "queues": return queues(scene);
    case "menus": return menus(scene);
    case "hours": return hours(scene);
    case "rules": return rules(scene);
    case "numbers": return numbers(scene);
    case "volunteers": return volunteers(scene);
    case "shifts": return shifts(scene);
    case "choices": return choices(scene);
    case "outgoing": return outgoing(scene);
    case "callbacks": return callbacks(scene);
    case "blocks": return blocks(scene);
    case "prompts": return prompts(scene);
    case "trunks": return trunks(scene);
    case "routing": return yaml(scene);
    case "history": return history(scene);
  }
}

// dot marks a section with something to mend.
function dot({ s, a }: Scene, n: Section): TemplateResult | typeof nothing {
  const lists: Partial<Record<Section, string[]>> = { queues: ["queues"], menus: ["menus"], hours: ["hours"], rules: ["care", "blocked", "flood"], numbers: ["numbers"], volunteers: ["agents"], shifts: ["shifts"], choices: ["pause_reasons", "dispositions"], outgoing: ["outgoing"] };
  const count = s.ofText ? (n === "routing" ? s.problems.length : 0) : s.problems.filter((p) => lists[n]?.some((l) => (p.path ?? p.key).startsWith(l))).length;
  return count ? html` <span class="tag bad"><span aria-hidden="true">${count}</span><span class="visually-hidden">${a.problemsFound(count)}</span></span>` : nothing;
}

// said stands above the bar at the bottom, where it is seen wherever the page is.
function said({ s, w, a, act }: Scene): TemplateResult {
  const hush = () => button({ label: w.close, kind: "ghost", id: "hush", click: act.hush });
  return html`<div role="status" class="said">${s.done ? html`<p class="banner ok">${icon("check")}<span>${s.done}</span>${s.undo ? button({ label: a.undo, id: "undo", click: act.takeBack }) : nothing}${hush()}</p>` : nothing}</div>
    <div role="alert" class="said">${s.signedOut ? html`<p class="banner bad">${icon("warn")}<span>${a.signedOut}</span>${button({ label: a.signInAgain, id: "sign-in", click: () => act.askSignIn(true) })}</p>`
      : s.trouble ? html`<p class="banner bad">${icon("warn")}<span>${s.trouble}</span>${hush()}</p>` : nothing}</div>`;
}

// signInDialog asks for the password in place: a page that went away would take with
// it what is typed and not saved.
function signInDialog({ s, a, act }: Scene): TemplateResult {
  const send = (e: SubmitEvent) => {
    e.preventDefault();
    act.signInAgain(String(new FormData(e.currentTarget as HTMLFormElement).get("password")));
  };
  return dialog(s.signedOut === "asked", a.signInAgain, () => act.askSignIn(false), html`<form class="stack" @submit=${send}><h2>${a.signInAgain}: ${s.user}</h2><p>${a.signedOutLead}</p>
    <input type="text" name="username" .value=${s.user} autocomplete="username" hidden>
    <div class="field"><label for="again">${a.password}</label><input id="again" name="password" type="password" required autocomplete="current-password" aria-describedby="again-error" aria-invalid=${s.signInTrouble ? "true" : nothing}>
      <p class="error" id="again-error" role="alert">${s.signInTrouble}</p></div>
    <div class="do"><button type="submit" class="btn primary ${s.busy === "signin" ? "busy" : ""}"><span class="label">${a.signInAgain}</span></button>${button({ label: a.later, id: "again-later", click: () => act.askSignIn(false) })}</div></form>`);
}

function problems(scene: Scene): TemplateResult | typeof nothing {
  const { s, a, act } = scene;
  if (s.problems.length === 0 || (s.ofText && s.section !== "routing")) return nothing;
  return html`<section class="banner bad problems" aria-labelledby="problems-title"><h3 id="problems-title" tabindex="-1">${a.problemsFound(s.problems.length)}</h3><p>${a.problemsLead}</p>
    <ul>${s.problems.map((p) => html`<li>${s.ofText ? (p.line ? html`<button type="button" class="link" @click=${() => act.showLine(p.line!)}>${a.line(p.line, p.column ?? 1)}</button> ` : nothing)
      : html`<button type="button" class="link" @click=${() => act.show(p.path ?? p.key)}>${placeWords(scene, p.path ?? p.key)}</button> `}${mistake(p, s.lang)}</li>`)}</ul></section>`;
}

function yaml({ s, w, a, act }: Scene): TemplateResult {
  if (s.yaml === null) return html`<p class="hint">${w.loading}</p>`;
  const off = !mayEdit(s);
  return html`${dirtyCount(s) ? html`<p class="banner warn"><span><b>${a.dirty(dirtyCount(s))}.</b> ${a.yamlDraft}</span></p>` : nothing}
    <div class="field"><label for="yaml">${a.yaml}</label><textarea id="yaml" class="code" spellcheck="false" autocapitalize="none" rows="28" ?readonly=${off}
      .value=${s.yaml} @input=${(e: Event) => act.editYaml((e.target as HTMLTextAreaElement).value)}></textarea></div>
    <div class="do">${off ? nothing : button({ label: a.check, kind: "primary", click: () => act.check(s.yaml ?? ""), busy: s.busy === "check" })}
      ${button({ label: a.download, click: act.download })}${off ? nothing : button({ label: a.revert, kind: "ghost", click: act.revertYaml })}</div>`;
}

/** How many changes the draft has. */
export function dirtyCount(s: Scene["s"]): number {
  return s.base && s.draft ? changes(s.base, s.draft).length : 0;
}

function draftBar({ s, a, act }: Scene): TemplateResult | typeof nothing {
  const n = dirtyCount(s);
  if (n === 0 || s.section === "routing") return nothing; // the text has a button of its own
  return html`<section class="draft-bar" aria-label=${a.dirty(n)}><div><b>${a.dirty(n)}</b><p class="hint">${a.dirtyLead}</p></div><span class="grow"></span>
    ${button({ label: a.discard, kind: "ghost", click: () => confirm(a.discardAsk) && act.discard() })}
    ${button({ label: a.check, kind: "primary", click: () => act.check(), busy: s.busy === "check" })}</section>`;
}

function review(scene: Scene): TemplateResult {
  const { s, w, a, act } = scene;
  const list = (s.review?.plan.changes ?? []).map(fromServer);
  const apply = (e: SubmitEvent) => {
    e.preventDefault();
    act.apply(String(new FormData(e.currentTarget as HTMLFormElement).get("note") ?? ""));
  };
  return dialog(!!s.review, a.reviewTitle, act.closeReview, html`<form class="stack" @submit=${apply}><h2>${a.reviewTitle}</h2>${changeList(scene, list)}${lacking(scene)}${list.length ? tryOut(scene) : nothing}
    ${list.length ? html`<p class="hint">${a.reviewLead}</p><div class="field"><label for="note">${a.note}</label><input id="note" name="note" maxlength="120" autocomplete="off"></div>` : nothing}
    ${trouble(scene)}<div class="do">${list.length ? html`<button type="submit" class="btn primary ${s.busy === "apply" ? "busy" : ""}"><span class="label">${a.apply}</span></button>` : nothing}
      ${button({ label: w.cancel, click: act.closeReview })}</div></form>`, "wide");
}

// lacking tells of queues that nobody reaches or answers: no mistake, but seldom meant.
function lacking(scene: Scene): TemplateResult | typeof nothing {
  const { s, a } = scene;
  if (!s.review || typeof s.review.document === "string") return nothing;
  const list = missing(s.review.document).map(({ queue, numbers, volunteers }) => a.lacking(queue, [numbers ? "" : a.wayNone, volunteers ? "" : a.wayNobodyAnswers].filter(Boolean)));
  return list.length ? html`<ul class="banner warn lacking">${list.map((l) => html`<li>${icon("warn")}<span>${l}</span></li>`)}</ul>` : nothing;
}

/** What went wrong, within a dialog: outside it nobody sees or hears it. */
export function trouble({ s }: { s: { trouble?: string } }): TemplateResult {
  return html`<div role="alert" class="said">${s.trouble ? html`<p class="banner bad">${icon("warn")}<span>${s.trouble}</span></p>` : nothing}</div>`;
}

// conflict shows what each changed; where both changed the same, one is chosen.
// Leaving it decides nothing: the draft stays as it was, and the next check asks again.
function conflict(scene: Scene): TemplateResult {
  const { s, a, act } = scene;
  const c = s.conflict;
  return dialog(!!c, a.conflictTitle, act.decideLater, c ? html`<h2>${a.conflictTitle}</h2><p>${a.conflictBy(c.author, c.revision, clock(at(c.at), s.lang))}</p>
    ${c.theirs && s.base && s.draft ? sides(scene, c.theirs) : html`<p class="hint">${a.conflictLead}</p>`}
    <div class="do">${button({ label: a.conflictKeep, kind: "primary", id: "conflict-keep", click: () => act.resolve(true) })}${button({ label: a.conflictDrop, id: "conflict-drop", click: () => act.resolve(false) })}${button({ label: a.conflictLater, id: "conflict-later", kind: "ghost", click: act.decideLater })}</div>` : nothing, "wide");
}

function sides(scene: Scene, theirs: Routing): TemplateResult {
  const { s, a, act } = scene;
  const { both } = merge(s.base!, s.draft!, theirs);
  const alone = (list: Change[]) => list.filter((c) => !both.some((b) => b.key === c.key));
  const part = (id: string, title: string, list: Change[]) => list.length ? html`<section class="stack" aria-labelledby=${id}><h3 id=${id}>${title}</h3>${changeList(scene, list)}</section>` : nothing;
  return html`${part("theirs-title", a.conflictTheirs, alone(changes(s.base!, theirs)))}${part("mine-title", a.conflictMine, alone(changes(s.base!, s.draft!)))}
    ${both.length === 0 ? html`<p class="hint">${a.conflictNone}</p>` : html`<section class="stack" aria-labelledby="both-title"><h3 id="both-title">${a.conflictBoth}</h3>${both.map((b, i) => html`<fieldset class="chips"><legend class="help">${changeWords(scene, { key: b.key, old: b.base, new: s.conflict!.choices[b.key] === "theirs" ? b.theirs : b.mine })}</legend>
      <div class="chips">${(["mine", "theirs"] as const).map((choice) => html`<label class="chip"><input type="radio" name="both-${i}" value=${choice} .checked=${(s.conflict!.choices[b.key] ?? "mine") === choice} @change=${() => act.choose(b.key, choice)}>
        <span>${choice === "mine" ? a.conflictMyValue(valueWords(scene, b.mine)) : a.conflictTheirValue(valueWords(scene, b.theirs))}</span></label>`)}</div></fieldset>`)}</section>`}`;
}

function goBack(scene: Scene): TemplateResult {
  const { s, w, a, act } = scene;
  const g = s.goBack;
  return dialog(!!g, g ? a.goBackTitle(g.revision) : a.goBack, act.closeBack, g ? html`<h2>${a.goBackTitle(g.revision)}</h2>${changeList(scene, g.changes)}
    <p class="hint">${a.reviewLead}</p>${dirtyCount(s) ? html`<p class="banner warn">${a.goBackDraft}</p>` : nothing}<div class="do">${button({ label: a.goBack, kind: "primary", click: act.goBack, busy: s.busy === "back" })}${button({ label: w.cancel, click: act.closeBack })}</div>` : nothing, "wide");
}
