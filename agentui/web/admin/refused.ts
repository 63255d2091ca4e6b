// Mistakes in the small forms that change things at once, said at their field. The
// browser's own bubbles speak its language, not the page's, and name no remedy.

import { html, type TemplateResult } from "lit";

/** The place below a field for what is wrong with it. */
export function fieldError(id: string): TemplateResult {
  return html`<p class="error" id="${id}-error" hidden></p>`;
}

/** Says at each field, by its id, what is wrong; empty: nothing. Goes to the first. True: all is well. */
export function mended(form: HTMLFormElement, wrong: Record<string, string>): boolean {
  let first: HTMLElement | null = null;
  for (const [id, words] of Object.entries(wrong)) {
    const field = form.querySelector<HTMLElement>(`#${id}`), said = form.querySelector<HTMLElement>(`#${id}-error`);
    if (!field || !said) continue;
    said.textContent = words;
    said.hidden = !words;
    if (words) {
      first ??= field;
      field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-errormessage", said.id);
    } else {
      field.removeAttribute("aria-invalid");
      field.removeAttribute("aria-errormessage");
    }
  }
  first?.focus();
  return !first;
}
