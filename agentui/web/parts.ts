// Drawing helpers both screens use: icons, buttons, dialogs.

import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from "lit";
import { ref } from "lit/directives/ref.js";
import { shown } from "./keys";

// Stroked on a 24 grid, drawn for this project.
const icons = {
  phone: svg`<g transform="rotate(-135 12 12)"><path class="fill" d="M2.8 11.2c5.2-4.7 13.2-4.7 18.4 0 .6.6.7 1.5.1 2.2l-1.6 1.9c-.4.5-1.1.6-1.7.4l-3-1.3c-.5-.2-.9-.8-.8-1.4l.1-1.7a11.6 11.6 0 0 0-4.6 0l.1 1.7c0 .6-.3 1.2-.8 1.4l-3 1.3c-.6.2-1.3.1-1.7-.4l-1.6-1.9c-.6-.7-.5-1.6.1-2.2z"/></g>`,
  hangup: svg`<path class="fill" d="M2.8 11.2c5.2-4.7 13.2-4.7 18.4 0 .6.6.7 1.5.1 2.2l-1.6 1.9c-.4.5-1.1.6-1.7.4l-3-1.3c-.5-.2-.9-.8-.8-1.4l.1-1.7a11.6 11.6 0 0 0-4.6 0l.1 1.7c0 .6-.3 1.2-.8 1.4l-3 1.3c-.6.2-1.3.1-1.7-.4l-1.6-1.9c-.6-.7-.5-1.6.1-2.2z"/>`,
  mic: svg`<rect x="9" y="3" width="6" height="11" rx="3"/><path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3M8.5 21h7"/>`,
  micOff: svg`<path d="M9 8.5V11a3 3 0 0 0 4.6 2.5M15 10V6a3 3 0 0 0-5.6-1.5M5.5 11.5a6.5 6.5 0 0 0 10.4 5.2M18.5 11.5c0 .9-.2 1.8-.5 2.6M12 18v3M8.5 21h7M4 3l16 17"/>`,
  pause: svg`<path d="M9 5v14M15 5v14"/>`,
  play: svg`<path class="fill" d="M8 5.2v13.6c0 .8.9 1.3 1.6.8l9.4-6.8c.6-.4.6-1.2 0-1.6L9.6 4.4C8.9 3.9 8 4.4 8 5.2z"/>`,
  keypad: svg`<g class="fill"><circle cx="6" cy="5" r="1.7"/><circle cx="12" cy="5" r="1.7"/><circle cx="18" cy="5" r="1.7"/><circle cx="6" cy="11" r="1.7"/><circle cx="12" cy="11" r="1.7"/><circle cx="18" cy="11" r="1.7"/><circle cx="6" cy="17" r="1.7"/><circle cx="12" cy="17" r="1.7"/><circle cx="18" cy="17" r="1.7"/></g>`,
  transfer: svg`<path d="M4 8h15M15 4l4 4-4 4M20 16H5M9 12l-4 4 4 4"/>`,
  check: svg`<path d="M5 12.5l4.5 4.5L19 7.5"/>`,
  cross: svg`<path d="M6 6l12 12M18 6L6 18"/>`,
  dot: svg`<circle class="fill" cx="12" cy="12" r="4"/>`,
  moon: svg`<path d="M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z"/>`,
  cup: svg`<path d="M5 9h11v6a4 4 0 0 1-4 4H9a4 4 0 0 1-4-4zM16 10.5h1.5a2.5 2.5 0 0 1 0 5H16M8 3.5v2M12 3.5v2"/>`,
  warn: svg`<path d="M12 4.5L21 19.5H3zM12 10v4.5M12 17.2v.1"/>`,
  menu: svg`<path d="M4 7h16M4 12h16M4 17h16"/>`,
  lock: svg`<rect x="5" y="10.5" width="14" height="9.5" rx="2"/><path d="M8 10.5V8a4 4 0 0 1 8 0v2.5"/>`,
  clock: svg`<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5l3.5 2"/>`,
  link: svg`<path d="M3.5 9.5a12 12 0 0 1 17 0M6.5 13a7.7 7.7 0 0 1 11 0M9.5 16.4a3.5 3.5 0 0 1 5 0"/>`,
  headset: svg`<path d="M4.5 15v-3a7.5 7.5 0 0 1 15 0v3"/><rect x="3.5" y="13.5" width="4" height="6" rx="1.5"/><rect x="16.5" y="13.5" width="4" height="6" rx="1.5"/>`,
  keyboard: svg`<rect x="3" y="6" width="18" height="12" rx="2"/><path d="M7 10v.1M11 10v.1M15 10v.1M7.5 14h9"/>`,
  handset: svg`<path d="M4 6h16v10H9l-4 3.5V16H4zM9.5 11h5"/>`,
  plus: svg`<path d="M12 5v14M5 12h14"/>`,
} satisfies Record<string, SVGTemplateResult>;

export type Icon = keyof typeof icons;

/** An icon beside words; it says nothing itself. */
export function icon(name: Icon): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${icons[name]}</svg>`;
}

/** The sign of the house: an answered call. */
export function mark(): TemplateResult {
  return html`<svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
    <rect class="mark-ground" width="32" height="32" rx="9"/>
    <path class="mark-line" d="M8 18.5c0-5 3.6-9 8-9s8 4 8 9"/>
    <path class="mark-line" d="M12.5 18.5c0-2.2 1.6-4 3.5-4s3.5 1.8 3.5 4"/>
    <circle class="mark-dot" cx="16" cy="21.5" r="2.2"/></svg>`;
}

export interface ButtonOptions {
  label: string;
  short?: string; // how the label begins: the rest is shown where there is room
  click: () => void;
  icon?: Icon;
  kind?: "primary" | "go" | "stop" | "warn" | "plain" | "ghost" | "tile";
  size?: "xl" | "lg";
  key?: string; // shown as a hint, told as aria-keyshortcuts
  busy?: boolean; // asked, not answered yet
  on?: boolean; // marked: what it did still holds
  reason?: string; // why it cannot be used now; then it is shown disabled
  id?: string;
}

/**
 * A button whose accessible name is its label alone. Instead of vanishing it
 * tells why it cannot be used: aria-disabled keeps it in the tab order.
 */
export function button(o: ButtonOptions): TemplateResult {
  const why = o.reason ? `why-${(o.id ?? o.label).replaceAll(/\W+/g, "-")}` : "";
  const classes = ["btn", o.kind ?? "plain", o.size ?? "", o.busy ? "busy" : ""].join(" ").trim();
  return html`<span class="btn-box ${o.kind ?? "plain"}" ?data-on=${o.on}><button
      type="button" class=${classes} id=${o.id ?? nothing}
      aria-disabled=${o.reason ? "true" : nothing}
      aria-describedby=${why || nothing}
      aria-busy=${o.busy ? "true" : nothing}
      aria-keyshortcuts=${o.key && !o.reason ? o.key.replaceAll(" ", "") : nothing}
      @click=${() => {
        if (!o.reason && !o.busy) o.click();
      }}
    >${o.icon ? icon(o.icon) : nothing}<span class="label">${o.short ? html`${o.short}<span class="rest">${o.label.slice(o.short.length)}</span>` : o.label}</span>${o.key
      ? html`<kbd aria-hidden="true">${shown(o.key)}</kbd>`
      : nothing}</button>${o.reason ? html`<span class="why" id=${why}>${o.reason}</span>` : nothing}</span>`;
}

/** A native modal dialog that is open when open says so. */
export function dialog(open: boolean, name: string, close: () => void, content: TemplateResult | typeof nothing, cls = "",
  keydown?: (e: KeyboardEvent) => void): TemplateResult {
  const sync = (el?: Element) => {
    const d = el as HTMLDialogElement | undefined;
    if (!d) return;
    // Not yet in the document while lit draws the first time.
    queueMicrotask(() => {
      if (!d.isConnected) return;
      if (open && !d.open) d.showModal();
      if (!open && d.open) d.close();
    });
  };
  // The state goes first, also for Esc: the browser tells of the closing later,
  // when she may have opened it again.
  const cancel = (e: Event) => {
    if (e.target !== e.currentTarget) return; // a file chooser in it says so, too
    e.preventDefault();
    close();
  };
  const closed = (e: Event) => open && !(e.currentTarget as HTMLDialogElement).open && close();
  return html`<dialog class=${cls} aria-label=${name} ${ref(sync)} @cancel=${cancel} @close=${closed}
    @click=${(e: Event) => e.target === e.currentTarget && close()} @keydown=${keydown ?? nothing}
  >${open ? html`<div class="dialog-body" tabindex="-1" autofocus>${content}</div>` : nothing}</dialog>`;
}
