import { strict as assert } from "node:assert";
import { test } from "node:test";
import { digits, marked } from "../digits";
import { Notebook, type Answer, type NotePage } from "../notebook";
import { blank, type Snapshot } from "../store";

// A server that keeps texts, and a clock that only the test moves.
function desk() {
  const kept = new Map<string, string>();
  const asked: string[] = [];
  let timers: { at: number; then: () => void }[] = [];
  let now = 0;
  const d = {
    kept, asked, down: false, refuse: 0, page: null as NotePage | null, left: [] as readonly NotePage[],
    hold: null as Promise<void> | null,
    book: null as unknown as Notebook,
    async pass(ms: number) {
      const end = now + ms;
      for (;;) {
        await settle();
        const due = timers.filter((t) => t.at <= end).sort((a, b) => a.at - b.at)[0];
        if (!due) break;
        timers = timers.filter((t) => t !== due);
        now = due.at;
        due.then();
      }
      now = end;
      await settle();
    },
  };
  d.book = new Notebook({
    now: () => now,
    later(ms, then) {
      const t = { at: now + ms, then };
      timers.push(t);
      return () => (timers = timers.filter((o) => o !== t));
    },
    async request(method, contact, text, last): Promise<Answer> {
      asked.push(`${method} ${contact}${text === null ? "" : ` ${text}`}${last ? " last" : ""}`);
      if (d.hold) await d.hold;
      if (d.down) return { status: 0 };
      if (d.refuse) return { status: d.refuse };
      if (method === "PUT") kept.set(contact, text!);
      return { status: 200, text: kept.get(contact) ?? "", saved: kept.has(contact) ? "2026-11-24T18:42:00Z" : null };
    },
    report(page, left) {
      d.page = page;
      d.left = left;
    },
  });
  return d;
}

const settle = async () => { for (let i = 0; i < 20; i++) await Promise.resolve(); };

test("what she types is kept a moment after the last letter, and at the latest after some seconds", async () => {
  const d = desk();
  d.book.follow("C1");
  await d.pass(0);
  assert.equal(d.page?.phase, "open");
  d.book.type("a");
  await d.pass(700);
  assert.ok(!d.kept.has("C1"));
  await d.pass(200);
  assert.equal(d.kept.get("C1"), "a");
  assert.equal(d.page?.dirty, false);
  assert.equal(d.page?.saved, Date.parse("2026-11-24T18:42:00Z"));
  for (let i = 0; i < 12; i++) {
    d.book.type("b".repeat(i + 1));
    await d.pass(400);
  }
  assert.ok((d.kept.get("C1") ?? "").startsWith("bbbb"), "while she goes on typing");
});

test("a reload finds the words, and words typed before they came stay", async () => {
  const d = desk();
  d.kept.set("C1", "before");
  let open = () => undefined as void;
  d.hold = new Promise((r) => (open = r));
  d.book.follow("C1");
  d.book.type("meanwhile");
  d.hold = null;
  open();
  await d.pass(1000);
  assert.equal(d.page?.text, "before\nmeanwhile");
  assert.equal(d.kept.get("C1"), "before\nmeanwhile");
});

test("the next contact has an empty page, and the last words of the one before are kept", async () => {
  const d = desk();
  d.book.follow("C1");
  await d.pass(0);
  d.book.type("hers");
  d.book.follow("C2");
  assert.equal(d.page?.text, "");
  await d.pass(0);
  assert.equal(d.kept.get("C1"), "hers");
  assert.deepEqual(d.left, []);
  d.book.follow("");
  assert.equal(d.page, null);
});

test("without a wire it tries again and shows what is not kept, until it is", async () => {
  const d = desk();
  d.book.follow("C1");
  await d.pass(0);
  d.down = true;
  d.book.type("words");
  await d.pass(1000);
  assert.equal(d.page?.trouble, "retry");
  assert.ok(d.book.atRisk);
  d.book.follow("");
  await d.pass(0);
  assert.equal(d.left[0]?.text, "words");
  d.down = false;
  await d.pass(4000);
  assert.equal(d.kept.get("C1"), "words");
  assert.deepEqual(d.left, []);
  assert.ok(!d.book.atRisk);
});

test("what the server refuses for good is hers to read and to throw away", async () => {
  const d = desk();
  d.book.follow("C1");
  await d.pass(0);
  d.refuse = 409;
  d.book.type("late");
  d.book.follow("");
  await d.pass(60_000);
  assert.equal(d.left[0]?.trouble, "refused");
  assert.equal(d.asked.filter((a) => a.startsWith("PUT")).length, 1);
  d.book.drop("C1");
  assert.deepEqual(d.left, []);
});

test("a page that goes sends what is not kept, once, as its last request", async () => {
  const d = desk();
  d.book.follow("C1");
  await d.pass(0);
  d.book.type("last words");
  d.book.leave();
  await d.pass(0);
  assert.deepEqual(d.asked.slice(1), ["PUT C1 last words last"]);
  d.book.leave();
  await d.pass(0);
  assert.equal(d.asked.length, 2, "it is kept");
});

test("finishing waits for the words that are under way and those after them", async () => {
  const d = desk();
  d.book.follow("C1");
  await d.pass(0);
  let open = () => undefined as void;
  d.hold = new Promise((r) => (open = r));
  d.book.type("one");
  await d.pass(900);
  d.book.type("one two");
  const done = d.book.flush();
  d.hold = null;
  open();
  await done;
  assert.equal(d.kept.get("C1"), "one two");
});

test("where no notes are written there is no field", async () => {
  const d = desk();
  d.refuse = 404;
  d.book.follow("C1");
  await d.pass(0);
  assert.equal(d.page?.phase, "off");
  assert.ok(!d.book.atRisk);
});

test("a digit marks in wrap-up only, and only while the keys are on", () => {
  const choice = (code: string) => ({ code, label: { en: code, id: code } });
  const wrapup = { contact: "C1", label: "Q", talk_ms: 1, until: "2026-11-24T18:42:00Z", ended_by: "caller" as const };
  const s: Snapshot = { ...blank("en"), link: "live", dispositions: [choice("self"), choice("silent")], view: { state: "wrapup", since: "2026-11-24T18:40:00Z", queues: [], wrapup } };
  assert.deepEqual(marked(s, "2"), { code: "silent" });
  for (const key of ["0", "3", "9", "12", "a", ""]) assert.equal(marked(s, key), "", key);
  assert.equal(marked({ ...s, shortcutsOn: false }, "2"), "");
  assert.equal(marked({ ...s, dialog: "shortcuts" }, "2"), "");
  assert.equal(marked({ ...s, link: "retrying" }, "2"), "");
  assert.equal(marked({ ...s, view: { ...s.view!, state: "ready" } }, "2"), "");
});

test("more than nine choices take two digits each", () => {
  const wrapup = { contact: "C1", label: "Q", talk_ms: 1, until: "2026-11-24T18:42:00Z", ended_by: "caller" as const };
  const list = Array.from({ length: 20 }, (_, i) => ({ code: `c${i + 1}`, label: { en: "", id: "" } }));
  const s: Snapshot = { ...blank("en"), link: "live", dispositions: list, view: { state: "wrapup", since: "2026-11-24T18:40:00Z", queues: [], wrapup } };
  assert.deepEqual(list.map((_, i) => marked(s, digits(s, i))), list.map(({ code }) => ({ code })), "each has its own");
  assert.equal(marked(s, "0"), "more");
  assert.equal(marked(s, "2"), "more");
  for (const none of ["3", "00", "21"]) assert.equal(marked(s, none), "", none);
});
