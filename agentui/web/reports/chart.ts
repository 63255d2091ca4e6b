// The chart over the table, by uPlot. Its bars open their calls: by the mouse on the
// drawing, and by the keyboard on a button over each of them, one of which is in the
// tab order. The table below has every number.

import uPlot from "uplot";
import type { Lang } from "../format";
import type { ReportStep, Zone } from "./state";

export class Chart extends HTMLElement {
  steps: ReportStep[] = [];
  words: string[] = ["", "", ""];
  language: Lang = "en";
  zone: Zone = "Asia/Jakarta";
  hours = false;
  open: ((start: string) => void) | null = null; // a bar was pressed; null: bars open nothing
  says: (step: ReportStep) => string = () => ""; // a bar in words
  private plot: uPlot | null = null;
  private drawn = "";
  private bars: HTMLButtonElement[] = [];
  private drawnSteps: ReportStep[] | null = null; // another report is another array, whatever is in it
  private readonly resize = new ResizeObserver(() => this.plot?.setSize(this.size()));
  private readonly scheme = matchMedia("(prefers-color-scheme: dark)");
  private readonly redraw = () => { this.drawn = ""; this.draw(); };

  connectedCallback(): void {
    this.resize.observe(this);
    this.scheme.addEventListener("change", this.redraw);
    // lit sets the properties with each drawing of the page; one look a frame is enough.
    const look = () => {
      if (!this.isConnected) return;
      this.draw();
      requestAnimationFrame(look);
    };
    look();
  }

  disconnectedCallback(): void {
    this.resize.disconnect();
    this.scheme.removeEventListener("change", this.redraw);
    this.plot?.destroy();
    this.plot = null;
    this.drawn = "";
  }

  private size(): { width: number; height: number } {
    return { width: Math.max(240, this.clientWidth), height: 260 };
  }

  private draw(): void {
    const key = `${this.language}${this.zone}${this.hours}${this.words.join()}`;
    if ((key === this.drawn && this.steps === this.drawnSteps) || this.clientWidth === 0) return;
    this.drawn = key;
    this.drawnSteps = this.steps;
    const focused = this.bars.findIndex((b) => b === document.activeElement);
    this.plot?.destroy();
    const css = getComputedStyle(document.documentElement);
    const color = (name: string) => css.getPropertyValue(name).trim();
    const locale = this.language === "id" ? "id-ID" : "en-GB";
    const name = new Intl.DateTimeFormat(locale, { timeZone: this.zone, ...(this.hours ? { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" } : { day: "numeric", month: "short" }) } as Intl.DateTimeFormatOptions);
    const number = new Intl.NumberFormat(locale);
    const lost = this.steps.map((x) => x.abandoned + x.unserved);
    const level = this.steps.map((x) => { const k = x.kpis.find((y) => y.id === "service_level"); return k?.shown ? k.value : null; });
    const axis = { stroke: color("--mut"), grid: { stroke: color("--line"), width: 1 }, ticks: { stroke: color("--line"), width: 1 } };
    const bars = uPlot.paths.bars!({ size: [0.7, 40], radius: 0.15 });
    this.plot = new uPlot({
      ...this.size(), legend: { live: false }, cursor: { show: false },
      scales: { x: { time: false, range: () => [-0.6, this.steps.length - 0.4] }, calls: { range: (_u, _min, max) => [0, Math.max(4, max * 1.1)] }, share: { range: () => [0, 100] } },
      axes: [
        { ...axis, grid: { show: false }, values: (_u, at) => at.map((i) => (Number.isInteger(i) && this.steps[i] ? name.format(Date.parse(this.steps[i]!.start)) : "")), incrs: [1, 2, 3, 6, 7, 12, 14, 24, 28, 48, 72, 168], space: 70 },
        { ...axis, scale: "calls", values: (_u, at) => at.map((n) => (Number.isInteger(n) ? number.format(n) : "")) },
        { ...axis, scale: "share", side: 1, size: 64, grid: { show: false }, values: (_u, at) => at.map((n) => `${n} %`) },
      ],
      series: [
        {},
        { label: this.words[1], scale: "calls", fill: color("--warn-edge"), stroke: color("--warn-edge"), width: 0, paths: bars, points: { show: false } },
        { label: this.words[0], scale: "calls", fill: color("--brand"), stroke: color("--brand"), width: 0, paths: bars, points: { show: false } },
        { label: this.words[2], scale: "share", stroke: color("--ok"), width: 2, spanGaps: false, points: { show: true, size: 9, width: 2, fill: color("--card") } },
      ],
    }, [this.steps.map((_, i) => i), this.steps.map((x, i) => x.answered + lost[i]!), this.steps.map((x) => x.answered), level], this);
    const plot = this.plot;
    plot.over.style.cursor = this.open ? "pointer" : "";
    plot.over.addEventListener("click", (e) => {
      const step = this.steps[Math.round(plot.posToVal(e.offsetX, "x"))];
      if (step && step.offered > 0) this.open?.(step.start);
    });
    for (const e of plot.root.querySelectorAll("canvas, .u-legend")) e.setAttribute("aria-hidden", "true");
    this.bars = this.open ? this.steps.flatMap((step, i) => (step.offered > 0 ? [this.bar(step, i)] : [])) : [];
    plot.over.append(...this.bars);
    const at = this.bars[Math.max(0, Math.min(focused, this.bars.length - 1))];
    if (at) at.tabIndex = 0;
    if (focused >= 0) at?.focus();
  }

  // bar lies over what is drawn of a step and lets the mouse through to it.
  private bar(step: ReportStep, i: number): HTMLButtonElement {
    const b = document.createElement("button");
    const wide = 100 / (this.steps.length + 0.2); // the scale begins at -0.6
    b.type = "button";
    b.className = "bar-key";
    b.tabIndex = -1;
    b.style.left = `${(i + 0.1) * wide}%`;
    b.style.width = `${wide}%`;
    b.setAttribute("aria-label", this.says(step));
    b.addEventListener("keydown", (e) => this.walk(e, b));
    b.addEventListener("click", (e) => {
      e.stopPropagation(); // the drawing below knows only where the mouse is
      this.open?.(step.start);
    });
    return b;
  }

  // walk goes from bar to bar: one of them is in the tab order at a time.
  private walk(e: KeyboardEvent, from: HTMLButtonElement): void {
    const i = this.bars.indexOf(from), last = this.bars.length - 1;
    const next = { ArrowRight: Math.min(i + 1, last), ArrowLeft: Math.max(i - 1, 0), Home: 0, End: last }[e.key];
    if (next === undefined || e.ctrlKey || e.altKey || e.metaKey) return;
    e.preventDefault();
    from.tabIndex = -1;
    this.bars[next]!.tabIndex = 0;
    this.bars[next]!.focus();
  }
}

customElements.define("sahut-chart", Chart);
