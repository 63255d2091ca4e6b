// What the server refuses, in the reader's language. The server sends a code, its
// arguments and the English text; the Indonesian ones are tables, which Go tests
// hold to the server's codes. A code that is not there shows the English text.

import type { Lang } from "../format";
import mistakesId from "./mistakes-id.json";
import outagesId from "./outages-id.json";
import problemsId from "./problems-id.json";

/** One mistake in the routing document, as the server words it. */
interface Mistake { code?: string; args?: string[]; value?: string; reason: string; remedy: string }

const kinds: Partial<Record<string, string[]>> = mistakesId.kinds;
const terms: Partial<Record<string, string>> = mistakesId.terms;
const refusals: Partial<Record<string, string>> = problemsId;
const outages: Partial<Record<string, string>> = outagesId;

/** A mistake as a sentence. */
export function mistake(p: Mistake, lang: Lang): string {
  const [reason, remedy] = (lang === "id" && p.code && kinds[p.code]) || [p.reason, p.remedy];
  const args = (p.args ?? []).map((a) => (a.startsWith("@") ? terms[a.slice(1)] ?? a : a));
  const said = `${p.value ? `“${p.value}” ` : ""}${fill(reason!, args)}${remedy ? `: ${fill(remedy, args)}` : ""}`;
  return /[.?!]$/.test(said) ? said : `${said}.`;
}

/** Why the server refused; empty: it said nothing that could be shown. */
export function refusal(e: { code: string; args: string[]; detail: string }, lang: Lang): string {
  const known = lang === "id" ? refusals[e.code] : undefined;
  return known ? fill(known, e.args) : e.detail;
}

/** Why a trunk does not work. */
export function outage(t: { cause: string; cause_code?: string }, lang: Lang): string {
  const [code, ...said] = (t.cause_code ?? "").split(":");
  const known = lang === "id" ? outages[code!] : undefined;
  return known ? fill(known, [said.join(":")]) : t.cause;
}

function fill(text: string, args: string[]): string {
  return text.replaceAll(/\{(\d)\}/g, (all, n: string) => args[Number(n)] ?? all);
}
