// The words of the screens. en.ts is the list; id.ts must have every one of
// them with the same arguments, or the build fails.

import { en, type Words } from "./en";
import { id } from "./id";
import type { Lang } from "../format";

export type { Words } from "./en";
export type { Lang } from "../format";

const all: Record<Lang, Words> = { en, id };

/** The words of one language. */
export function words(lang: Lang): Words {
  return all[lang];
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
