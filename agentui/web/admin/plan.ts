// Loads the week of the shift plan that is looked at: that of the draft while
// there is one, so that a gap shows before anything is applied.

import { api, Refused, type Problem, type Routing, type ShiftPlan } from "./api";

/** What the calendar needs of the page. */
export interface PlanHost {
  draft(): Routing | null; // null: the plan in force
  show(plan: ShiftPlan): void;
  refused(problems: Problem[]): void; // the draft cannot be read yet
}

const SETTLE_MS = 400; // after the last key

export class PlanWatch {
  private date = ""; // of the Monday; empty: this week
  private timer = 0;
  private asked = 0;

  constructor(private readonly host: PlanHost) {}

  /** The week before or after the one that is shown; 0 this week. */
  async turn(by: number, shown: ShiftPlan | null): Promise<void> {
    const first = shown?.days[0]?.date;
    this.date = by && first ? new Date(Date.parse(first) + by * 7 * 86_400_000).toISOString().slice(0, 10) : "";
    await this.load();
  }

  /** The draft changed; what is typed is waited for. */
  soon(): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.load().catch(() => undefined), SETTLE_MS);
  }

  async load(): Promise<void> {
    const mine = ++this.asked;
    try {
      const plan = await api.shifts(this.date, this.host.draft());
      if (mine === this.asked) this.host.show(plan);
    } catch (e) {
      if (!(e instanceof Refused) || e.problems.length === 0) throw e;
      if (mine === this.asked) this.host.refused(e.problems);
    }
  }
}
