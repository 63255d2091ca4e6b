// The words of the reports.

import { reportEn, type ReportWords } from "./report-en";
import { reportId } from "./report-id";
import type { Lang } from "../format";

export function reportWords(lang: Lang): ReportWords {
  return lang === "id" ? reportId : reportEn;
}
