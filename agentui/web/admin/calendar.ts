// Loads the week of a calendar that is looked at: that of the draft while there is
// one, so that a gap or a closed day shows before anything is applied.

import { Refused, type Problem, type Routing } from "./api";

/** What a calendar needs of the page. */
export interface CalendarHost<T> {
  draft(): Routing | null; // null: what is in force
  fetch(date: string, draft: Routing | null): Promise<T>; // date: of the Monday; empty: this week
  show(week: T): void;
  refused(problems: Problem[]): void; // the draft cannot be read yet
  lost(e: Refused): void; // what is shown is older than the draft
}

const SETTLE_MS = 400; // after the last key

export class Calendar<T> {
  private date = "";
  private timer = 0;
  private asked = 0;

  constructor(private readonly host: CalendarHost<T>) {}

  /** The week before or after the one whose first day is shown; 0 this week. */
  async turn(by: number, first: string | undefined): Promise<void> {
    this.date = by && first ? new Date(Date.parse(first) + by * 7 * 86_400_000).toISOString().slice(0, 10) : "";
    await this.load();
  }

  /** The draft changed; what is typed is waited for. */
  soon(): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.load().catch((e: unknown) => {
      if (!(e instanceof Refused)) throw e;
      this.host.lost(e);
    }), SETTLE_MS);
  }

  async load(): Promise<void> {
    const mine = ++this.asked;
    try {
      const week = await this.host.fetch(this.date, this.host.draft());
      if (mine === this.asked) this.host.show(week);
    } catch (e) {
      if (!(e instanceof Refused) || e.problems.length === 0) throw e;
      if (mine === this.asked) this.host.refused(e.problems);
    }
  }
}
