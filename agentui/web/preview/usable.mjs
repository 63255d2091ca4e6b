// How long a volunteer's page takes from its address to its first button, with an
// empty cache, from a server on the same machine. A benchmark, not a test:
//
//	node preview/usable.mjs          (make build first)

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { browse, web } from "./browser.mjs";

const data = mkdtempSync(join(tmpdir(), "sahut-usable-"));
const server = spawn(join(web, "../../bin/sahut"), ["demo", "-sip", "0", "-http", "0", "-data", data], { stdio: ["ignore", "pipe", "pipe"] });
let browser;
try {
  const said = await new Promise((ok, no) => {
    let text = "";
    const hear = (d) => { text += d; if (/^ready .*http=\S+/m.test(text) && /password/i.test(text)) ok(text); };
    server.stdout.on("data", hear);
    server.stderr.on("data", hear);
    server.on("exit", () => no(new Error(text)));
  });
  const at = /http=(\S+)/.exec(said)[1];
  const password = /password[^\n]*?[:=]?\s(\S+)\s*$/im.exec(said)?.[1];

  browser = await browse();
  const { send, evaluate } = browser;
  const until = (what) => browser.until(what);
  await send("Network.enable");
  await send("Page.addScriptToEvaluateOnNewDocument", { source: `new MutationObserver(() => {
    if (!window.usableAt && document.querySelector(".state-pill[data-state=offline]") && document.querySelector("#start-shift:not([aria-disabled])") && document.querySelector(".link.ok")) window.usableAt = performance.now();
  }).observe(document, { subtree: true, childList: true, attributes: true });` });
  await send("Page.navigate", { url: `${at}/signin?lang=en` });
  await until(`document.readyState === "complete" && location.pathname === "/signin"`);
  const status = await evaluate(`fetch("/api/v1/session", { method: "POST", headers: { "content-type": "application/json", "X-Sahut": "1" }, body: JSON.stringify({ username: "sari", password: ${JSON.stringify(password)} }) }).then((r) => r.status)`);
  if (status !== 200) throw new Error(`sign-in: ${status}`);
  const took = [];
  for (let i = 0; i < 9; i++) {
    await send("Network.clearBrowserCache");
    await send("Storage.clearDataForOrigin", { origin: at, storageTypes: "service_workers,cache_storage" }); // the worker keeps our files, too
    await send("Page.navigate", { url: `${at}/?lang=en&n=${i}` });
    await until(`location.search.endsWith("n=${i}") && window.usableAt > 0`);
    took.push(Math.round(await evaluate("usableAt")));
  }
  took.sort((a, b) => a - b);
  console.log(`usable after ${took[4]} ms (median of 9; ${took[0]} to ${took[8]})`);
} finally {
  await browser?.close();
  if (server.exitCode === null) {
    server.kill();
    await new Promise((r) => server.on("exit", r));
  }
  rmSync(data, { recursive: true, force: true });
}
