// What she writes down about a contact, kept by the server, sealed, as she
// types: nothing of it stays in this browser. Each contact has its own page, and
// a page that could not be kept is tried again after its contact is over, so that
// neither a reload nor a broken wire takes a word.

/** The page of one contact as the screen shows it. */
export interface NotePage {
  readonly contact: string;
  readonly phase: "loading" | "open" | "off"; // off: no notes are written here
  readonly text: string;
  readonly saved: number; // when the server kept it, 0 not yet
  readonly dirty: boolean; // there is more than what is kept
  readonly trouble: "" | "retry" | "refused";
}

/** Ways out of the module; the tests have their own. */
export interface NotebookOptions {
  request(method: "GET" | "PUT", contact: string, text: string | null, last: boolean): Promise<Answer>;
  later(ms: number, then: () => void): () => void; // returns how to take it back
  now(): number;
  report(now: NotePage | null, left: readonly NotePage[]): void;
}

/** What the server answered; status 0 is no answer. */
export interface Answer {
  status: number;
  code?: string;
  text?: string;
  saved?: string | null;
}

const PAUSE_MS = 800; // after the last letter
const MOST_MS = 4000; // after the first that is not kept
const AGAIN_MS = 3000;

class Page {
  phase: NotePage["phase"] = "loading";
  text = "";
  kept = "";
  saved = 0;
  trouble: NotePage["trouble"] = "";
  busy: Promise<void> | null = null;
  since = 0; // of the first letter that is not kept
  cancel: (() => void) | null = null;

  constructor(readonly contact: string) {}

  get dirty(): boolean {
    return this.text !== this.kept;
  }

  get shown(): NotePage {
    return { contact: this.contact, phase: this.phase, text: this.text, saved: this.saved, dirty: this.dirty, trouble: this.trouble };
  }
}

export class Notebook {
  private readonly pages = new Map<string, Page>();
  private contact = "";

  constructor(private readonly o: NotebookOptions) {}

  /** The contact she has now, or "": what stands about another is kept at once. */
  follow(contact: string): void {
    if (contact === this.contact) return;
    const before = this.pages.get(this.contact);
    this.contact = contact;
    if (before) {
      void this.save(before);
      this.tidy(before);
    }
    if (contact && !this.pages.has(contact)) {
      const page = new Page(contact);
      this.pages.set(contact, page);
      void this.load(page);
    }
    this.tell();
  }

  /** She typed. */
  type(text: string): void {
    const page = this.pages.get(this.contact);
    if (!page || page.phase === "off" || text === page.text) return;
    page.text = text;
    if (page.trouble === "refused") page.trouble = "";
    page.since ||= this.o.now();
    this.plan(page, Math.max(0, Math.min(PAUSE_MS, page.since + MOST_MS - this.o.now())));
    this.tell();
  }

  /** Keeps what is not kept yet; settles when it is, or could not be. */
  async flush(): Promise<void> {
    await Promise.all([...this.pages.values()].map((p) => this.save(p)));
  }

  /** The page may be gone in a moment: what is not kept is sent with the last breath. */
  leave(): void {
    for (const p of this.pages.values()) {
      if (p.dirty && p.phase === "open" && p.trouble !== "refused") void this.put(p, true);
    }
  }

  /** Whether words would be lost with this page. */
  get atRisk(): boolean {
    return [...this.pages.values()].some((p) => p.dirty && p.trouble !== "");
  }

  /** She does not want a page that could not be kept. */
  drop(contact: string): void {
    const page = this.pages.get(contact);
    if (!page || contact === this.contact) return;
    page.cancel?.();
    this.pages.delete(contact);
    this.tell();
  }

  private tell(): void {
    const left = [...this.pages.values()].filter((p) => p.contact !== this.contact && p.dirty && p.trouble !== "");
    this.o.report(this.pages.get(this.contact)?.shown ?? null, left.map((p) => p.shown));
  }

  private plan(page: Page, ms: number, then = () => void this.save(page)): void {
    page.cancel?.();
    page.cancel = this.o.later(ms, () => {
      page.cancel = null;
      then();
    });
  }

  // load takes what was kept before. What she typed meanwhile follows it.
  private async load(page: Page): Promise<void> {
    const a = await this.o.request("GET", page.contact, null, false);
    if (!this.pages.has(page.contact)) return;
    if (a.status === 200) {
      page.phase = "open";
      page.trouble = "";
      page.kept = a.text ?? "";
      page.saved = a.saved ? Date.parse(a.saved) : 0;
      page.text = page.kept && page.text ? `${page.kept}\n${page.text}` : page.kept || page.text;
      if (page.dirty) this.plan(page, PAUSE_MS);
    } else if (a.status === 404 || a.status === 409) {
      page.phase = "off";
      if (page.text) page.trouble = "refused";
    } else {
      page.trouble = "retry";
      this.plan(page, AGAIN_MS, () => void this.load(page));
    }
    this.tidy(page);
    this.tell();
  }

  private async save(page: Page): Promise<void> {
    while (page.busy) await page.busy;
    if (page.phase !== "open" || !page.dirty || page.trouble === "refused") return;
    page.busy = this.put(page, false);
    try {
      await page.busy;
    } finally {
      page.busy = null;
    }
    this.tidy(page);
    this.tell();
  }

  private async put(page: Page, last: boolean): Promise<void> {
    const text = page.text;
    page.cancel?.();
    page.cancel = null;
    const a = await this.o.request("PUT", page.contact, text, last);
    if (a.status === 200) {
      page.kept = text;
      page.saved = a.saved ? Date.parse(a.saved) : 0;
      page.trouble = "";
      page.since = page.dirty ? this.o.now() : 0;
      if (page.dirty) this.plan(page, PAUSE_MS);
    } else if (a.status === 404 || a.status === 409 || a.status === 413) {
      page.trouble = "refused";
    } else {
      page.trouble = "retry";
      this.plan(page, AGAIN_MS);
    }
  }

  // tidy forgets the page of a contact that is over when all of it is kept.
  private tidy(page: Page): void {
    if (page.contact === this.contact || page.busy || page.dirty || page.phase === "loading") return;
    page.cancel?.();
    this.pages.delete(page.contact);
  }
}

/** The way to the server. last: the page goes, the request may not. */
async function request(method: "GET" | "PUT", contact: string, text: string | null, last: boolean): Promise<Answer> {
  try {
    const r = await fetch(`/api/v1/me/notes/${encodeURIComponent(contact)}`, {
      method, keepalive: last, signal: last ? undefined : AbortSignal.timeout(8000),
      ...(text === null ? {} : { headers: { "Content-Type": "application/json", "X-Sahut": "1" }, body: JSON.stringify({ text }) }),
    });
    return { ...((await r.json().catch(() => ({}))) as Partial<Answer>), status: r.status };
  } catch {
    return { status: 0 };
  }
}

/** The notebook of this browser. */
export function openNotebook(report: NotebookOptions["report"]): Notebook {
  return new Notebook({
    request, report, now: () => Date.now(),
    later(ms, then) {
      const t = window.setTimeout(then, ms);
      return () => clearTimeout(t);
    },
  });
}
