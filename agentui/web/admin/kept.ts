// What is edited outlives a reload of this tab, with the revision it was made from.
// It belongs to whoever edited it: nobody else who signs in here sees it.

import type { Routing } from "./api";

const KEY = "sahut.draft";

export interface Kept {
  draft?: { base: Routing; revision: number; draft: Routing };
  yaml?: { base: string; revision: number; text: string };
}

/** Keeps it; what is empty is forgotten. */
export function keep(user: string, k: Kept): void {
  if (k.draft || k.yaml) sessionStorage.setItem(KEY, JSON.stringify({ user, ...k }));
  else sessionStorage.removeItem(KEY);
}

/** What that person left; somebody else's is forgotten. */
export function kept(user: string): Kept {
  const text = sessionStorage.getItem(KEY);
  if (!text) return {};
  const { user: whose, draft, yaml } = JSON.parse(text) as Kept & { user?: string };
  if (whose === user) return { draft, yaml };
  sessionStorage.removeItem(KEY);
  return {};
}
