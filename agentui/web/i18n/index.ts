// The words of the screens. en.ts is the list; id.ts must have every one of
// them with the same arguments, or the build fails.

import type { Words } from "./en";
import type { Lang } from "../format";

export type { Words } from "./en";
export type { Lang } from "../format";

const known: Partial<Record<Lang, Words>> = {};

/** The words of one language; until they are here, those of the other. */
export function words(lang: Lang): Words {
  const w = known[lang] ?? known.en ?? known.id;
  if (!w) throw new Error("no words are loaded");
  return w;
}

/** Makes a language's words known; both.ts does for pages that want both at once. */
export function know(lang: Lang, w: Words): void {
  known[lang] = w;
}

/** Fetches a language's words, once: a volunteer needs one of the two. */
export async function loadWords(lang: Lang): Promise<void> {
  if (known[lang]) return;
  know(lang, lang === "id" ? (await import("./id")).id : (await import("./en")).en);
}

const KEY = "sahut.lang";

/** ?lang, else what this session chose before, else what the server set on <html>. */
export function chosenLang(): Lang {
  const asked = new URLSearchParams(location.search).get("lang");
  const kept = sessionStorage.getItem(KEY);
  for (const l of [asked, kept, document.documentElement.lang.slice(0, 2)]) {
    if (l === "en" || l === "id") {
      useLang(l);
      return l;
    }
  }
  useLang("en");
  return "en";
}

/** Remembers the language for this session and tells assistive technology. */
export function useLang(lang: Lang): void {
  sessionStorage.setItem(KEY, lang);
  document.documentElement.lang = lang;
}
