// The pictures of the manuals, from the previews: what a reader sees is what the
// program shows. Run by make screenshots.

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { web } from "./browser.mjs";

const AT = "2026-11-25T14:20:00Z"; // in the middle of a day, whenever they are made

const pictures = {
  preview: { offered: "volunteer-ringing", talking: "volunteer-talking", wrapup: "volunteer-wrapup" },
  board: { board: "supervisor-board", timeline: "supervisor-timeline", tv: "supervisor-tv" },
  reports: { reports: "supervisor-reports", behind_share: "supervisor-calls" },
  admin: { ladder: "admin-queues", queues: "admin-mistake", hours: "admin-hours", shifts: "admin-shifts", conflict: "admin-conflict", tried: "admin-whatif" },
};
const out = mkdtempSync(join(tmpdir(), "sahut-manual-"));
for (const [page, states] of Object.entries(pictures)) {
  execFileSync("node", [join(web, "preview/shoot.mjs"), "-page", page, "-only", Object.keys(states).join(","), "-quick", "-at", AT, "-out", out], { stdio: "inherit" });
  for (const [state, name] of Object.entries(states)) {
    const width = state === "tv" ? 1280 : 1100; // a television's own shape
    copyFileSync(join(out, `${page === "preview" ? "" : `${page}-`}${state}-en-light-${width}.png`), join(web, "../../docs", `${name}.png`));
  }
}
