// What folds opens by itself when there is something to mend in it, and stays as
// people leave it: it does not close under who is typing in it.

import { noChange, nothing } from "lit";
import { directive, Directive, type ElementPart } from "lit/directive.js";

class Unfold extends Directive {
  private asked = false;

  render(_open: boolean): unknown {
    return nothing;
  }

  override update(part: ElementPart, [open]: [boolean]): unknown {
    if (open && !this.asked) (part.element as HTMLDetailsElement).open = true;
    this.asked = open;
    return noChange;
  }
}

/** On a details element: opens it when open becomes true. */
export const unfolds = directive(Unfold);
