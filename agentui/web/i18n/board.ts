// The words of the wallboard.

import { boardEn, type BoardWords } from "./board-en";
import { boardId } from "./board-id";
import type { Lang } from "../format";

export function boardWords(lang: Lang): BoardWords {
  return lang === "id" ? boardId : boardEn;
}
