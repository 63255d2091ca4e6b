// The wallboard with 200 volunteers, all of whom change with each frame: how many
// frames a second it draws. A benchmark, not a test:
//
//	node preview/frames.mjs

import { browse } from "./browser.mjs";

const browser = await browse();
await browser.send("Page.navigate", { url: `${browser.origin}/board.html?state=crowd&lang=en` });
for (let i = 0; i < 200 && !(await browser.evaluate("!!window.frames && typeof window.frames === 'function'")); i++) await new Promise((r) => setTimeout(r, 50));
await browser.evaluate("frames(60)"); // warm
console.log(`200 volunteers, all changing: ${(await browser.evaluate("frames(300)")).toFixed(1)} frames/s`);
await browser.close();
