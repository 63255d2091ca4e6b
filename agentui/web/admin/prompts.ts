// The sounds callers hear: to listen to as on a telephone, to upload, or to record
// here. They change at once, outside the draft.

import { html, nothing, type TemplateResult } from "lit";
import { languageName, spell } from "../format";
import { button, icon } from "../parts";
import type { Prompt } from "./api";
import { valuesAt } from "./draft";
import texts from "../i18n/prompts.json";
import { refusal } from "../i18n/problems";
import { fieldOf, labelOf } from "./form";
import { fieldError, mended } from "./refused";
import { mayEdit, type Scene } from "./state";

export function prompts(scene: Scene): TemplateResult {
  const { s, w, a, act } = scene;
  if (!s.prompts) return html`<p class="hint">${w.loading}</p>`;
  const used = usage(scene);
  const missing = [...used.keys()].filter((name) => !s.prompts!.some((p) => p.name === name)).sort();
  return html`${missing.length ? html`<p class="banner bad">${icon("warn")}<span>${a.promptsMissing(missing.join(", "))}</span></p>` : nothing}
    ${mayEdit(s) ? html`<div class="grid">${record(scene)}${upload(scene)}</div>` : nothing}
    <ul class="accounts">${s.prompts.map((p) => html`<li class="card account"><div><b>${p.name}</b>
      ${p.uploaded || !p.languages?.length ? html`<span class="tag ${p.uploaded ? "ok" : ""}">${p.uploaded ? a.uploaded : a.builtin}</span>` : nothing}
      ${(p.languages ?? []).map((l) => html` <span class="tag ok">${a.uploadedFor(languageName(l, s.lang))}</span>`)}<p class="hint">${a.length}: ${spell(p.duration_ms, s.lang)}${used.has(p.name) ? html` · ${a.usedBy([...used.get(p.name)!].join(", "))}` : nothing}</p>${says(scene, p)}</div>
      <div class="phone">${s.phone === p.name ? button({ label: a.phoneStop, id: `phone-${p.name}`, icon: "cross", click: () => act.hear("") }) : button({ label: a.phoneListen, id: `phone-${p.name}`, icon: "phone", click: () => act.hear(p.name) })}
        <details class="more"><summary>${a.fullSound}</summary><audio controls preload="none" src="/api/v1/prompts/${encodeURIComponent(p.name)}?lang=${s.lang}" aria-label=${a.listen(p.name)}></audio></details></div>
      ${mayEdit(s) && (p.uploaded || p.languages?.length) ? html`<div class="do">${p.uploaded ? button({ label: a.deletePrompt, id: `del-${p.name}`, kind: "ghost", click: () => confirm(a.deleteAsk(p.name)) && act.deletePrompt(p.name, "") }) : nothing}
        ${(p.languages ?? []).map((l) => button({ label: a.deleteFor(languageName(l, s.lang)), id: `del-${l}-${p.name}`, kind: "ghost", click: () => confirm(a.deleteAsk(p.name)) && act.deletePrompt(p.name, l) }))}</div>` : nothing}</li>`)}</ul>`;
}

// says is what a shipped prompt says, to be recorded anew by a voice of the house.
function says({ s, a }: Scene, p: Prompt): TemplateResult | typeof nothing {
  const text = (texts as Record<string, Record<string, string>>)[s.lang]?.[p.name];
  return text ? html`<p class="says">${p.uploaded ? html`${a.builtinSays} ` : nothing}“${text}”</p>` : nothing;
}

const promptName = /^[a-z][a-z0-9_-]{0,31}$/;
const languages = ["id", "en"];

// replacing asks before a sound that callers hear gives way to another one: there is
// no way back to an uploaded one.
function replacing(scene: Scene, name: string, lang: string): boolean {
  const { s, a } = scene;
  const old = s.prompts!.find((p) => p.name === name);
  const where = [...(usage(scene).get(name) ?? [])].join(", ");
  return !old || confirm(a.replaceAsk(name, where, lang ? !!old.languages?.includes(lang) : old.uploaded));
}

/** Which prompts the document names, and where: wherever the description says that a prompt is named. */
export function usage(scene: Scene): Map<string, Set<string>> {
  const { s, a } = scene;
  const out = new Map<string, Set<string>>();
  const note = (name: unknown, where: string) => {
    if (typeof name !== "string" || !name) return;
    if (!out.has(name)) out.set(name, new Set());
    out.get(name)!.add(where);
  };
  for (const f of s.fields.filter((x) => x.refers === "prompts")) {
    for (const { path, value } of valuesAt(s.base, f.key)) note(value, place(scene, path));
  }
  for (const q of s.base?.queues ?? []) if (q.hours && !Object.values(q.when_closed ?? {}).some(Boolean)) note("closed", `${q.label || q.id}, ${a.wayClosed}`);
  return out;
}

// place names the part of the document that a path lies in.
function place(scene: Scene, path: string): string {
  const { s, a } = scene;
  const [, list, i] = /^(queues|menus)\[(\d+)\]/.exec(path) ?? [];
  if (list === "queues") return s.base!.queues[Number(i)]!.label || s.base!.queues[Number(i)]!.id;
  if (list === "menus") return a.wayMenu(s.base!.menus![Number(i)]!.id);
  const f = fieldOf(scene, path.split(".")[0]!);
  return f ? labelOf(scene, f) : path;
}

// forWhom asks which callers hear it.
function forWhom({ s, a }: Scene, id: string): TemplateResult {
  return html`<div class="field"><label for=${id}>${a.promptFor}</label><select id=${id} name="lang"><option value="">${a.promptForAll}</option>${languages.map((l) => html`<option value=${l}>${a.promptForThose(languageName(l, s.lang))}</option>`)}</select></div>`;
}

function record(scene: Scene): TemplateResult {
  const { s, a, act } = scene;
  const r = s.recording;
  const save = async (e: SubmitEvent) => {
    e.preventDefault();
    const form = e.currentTarget as HTMLFormElement;
    const d = new FormData(form), name = String(d.get("name")).trim(), lang = String(d.get("lang"));
    if (!mended(form, { "record-name": promptName.test(name) ? "" : a.promptNameWrong }) || !replacing(scene, name, lang)) return;
    const no = await act.saveRecording(name, lang);
    if (no?.code === "invalid_prompt_name" || no?.code === "prompt_alone") mended(form, { "record-name": refusal(no, s.lang) });
  };
  return html`<form class="card stack" novalidate @submit=${save}><h3>${a.recordTitle}</h3><p class="help">${a.recordLead}</p>
    ${r === "on" ? html`<div class="meter-row">${icon("mic")}<meter min="0" max="1" low="0.1" high="0.9" optimum="0.5" .value=${s.recordLevel} aria-label=${a.recordLevel}></meter></div>
        <div>${button({ label: a.recordStop, kind: "stop", id: "record-stop", click: act.stopRecording })}</div>`
      : html`<div>${button({ label: r ? a.recordAgain : a.recordStart, id: "record", icon: "mic", click: act.record, busy: s.busy === "record" })}</div>`}
    ${r && r !== "on" ? html`<audio controls src=${r.url} aria-label=${a.recordTitle}></audio><div class="field"><label for="record-name">${a.uploadName}</label><input id="record-name" name="name" list="prompt-names" autocomplete="off" autocapitalize="none" spellcheck="false" aria-describedby="record-name-help"><p class="help" id="record-name-help">${a.uploadNameHint}</p>${fieldError("record-name")}</div>${forWhom(scene, "record-lang")}
      <div><button class="btn primary ${s.busy === "upload" ? "busy" : ""}" type="submit" id="record-save"><span class="label">${a.recordSave}</span></button></div>` : nothing}</form>`;
}

function upload(scene: Scene): TemplateResult {
  const { s, a, act } = scene;
  const send = async (e: SubmitEvent) => {
    e.preventDefault();
    const form = e.currentTarget as HTMLFormElement;
    const file = form.querySelector<HTMLInputElement>("input[type=file]")?.files?.[0];
    const d = new FormData(form), name = String(d.get("name")).trim(), lang = String(d.get("lang"));
    if (!mended(form, { "prompt-name": promptName.test(name) ? "" : a.promptNameWrong, "prompt-file": !file ? a.uploadNoFile : "" }) || !file || !replacing(scene, name, lang)) return;
    const no = await act.upload(name, lang, file);
    if (!no) form.reset();
    else mended(form, { "prompt-name": no.code === "invalid_prompt_name" || no.code === "prompt_alone" ? refusal(no, s.lang) : "", "prompt-file": no.code === "unreadable_sound" || no.code === "too_large" ? refusal(no, s.lang) : "" });
  };
  return html`<form class="card stack" novalidate @submit=${send}><h3>${a.upload}</h3><div class="stack">
      <div class="field"><label for="prompt-name">${a.uploadName}</label><input id="prompt-name" name="name" list="prompt-names" autocomplete="off" autocapitalize="none" spellcheck="false" aria-describedby="prompt-name-help">
        <datalist id="prompt-names">${s.prompts!.map((p) => html`<option value=${p.name}></option>`)}</datalist><p class="help" id="prompt-name-help">${a.uploadNameHint}</p>${fieldError("prompt-name")}</div>${forWhom(scene, "prompt-lang")}
      <div class="field"><label for="prompt-file">${a.uploadFile}</label><input id="prompt-file" type="file" accept=".wav,audio/wav" aria-describedby="prompt-file-help"><p class="help" id="prompt-file-help">${a.uploadHint}</p>${fieldError("prompt-file")}</div></div>
      <div><button class="btn primary" type="submit">${icon("plus")}<span class="label">${a.uploadDo}</span></button></div></form>`;
}
