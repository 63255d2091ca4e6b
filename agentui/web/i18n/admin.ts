// The words of the administration, apart from those of the volunteer's page so
// that hers stays small.

import { adminEn, type AdminWords } from "./admin-en";
import { adminId } from "./admin-id";
import type { Lang } from "../format";

export function adminWords(lang: Lang): AdminWords {
  return lang === "id" ? adminId : adminEn;
}
