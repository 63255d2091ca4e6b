import { strict as assert } from "node:assert";
import { test } from "node:test";
import type { Routing } from "../admin/api";
import { keep, kept } from "../admin/kept";

const tab = new Map<string, string>();
Object.assign(globalThis, { sessionStorage: { getItem: (k: string) => tab.get(k) ?? null, setItem: (k: string, v: string) => tab.set(k, v), removeItem: (k: string) => tab.delete(k) } });

const draft = { base: {} as Routing, revision: 3, draft: { queues: [] } as unknown as Routing };

test("a draft is there again for whoever edited it", () => {
  keep("admin", { draft, yaml: { base: "a", revision: 3, text: "b" } });
  assert.deepEqual(kept("admin"), { draft, yaml: { base: "a", revision: 3, text: "b" } });
});

test("nobody else sees it, and then it is gone", () => {
  keep("admin", { draft });
  assert.deepEqual(kept("rina"), {});
  assert.deepEqual(kept("admin"), {});
});

test("nothing edited leaves nothing", () => {
  keep("admin", { draft });
  keep("admin", {});
  assert.equal(tab.size, 0);
});
