// The first question of every talk: can she talk safely now? What she answers
// stands in the journal, and a contact in which somebody was helped is not
// finished without it.

import { html, nothing, type TemplateResult } from "lit";
import type { TalkSafetyView } from "../messages";
import { icon } from "../parts";
import { patience } from "../store";
import type { Scene } from "./app";

const answers = ["yes", "no", "unknown"] as const;

/** The question, at the top of the talk and of its wrap-up. */
export function talkSafety({ s, w, app }: Scene, t: TalkSafetyView | undefined): TemplateResult | typeof nothing {
  if (!t) return nothing;
  return html`<section class="talk-safety ${t.answer ? "" : "open"}"><fieldset class="chips"><legend>${s.view!.call ? w.talkSafe : w.talkWasSafe}</legend>
      <div class="chips">${answers.map((a) => html`<label class="chip"><input type="radio" name="talk-safe" id="talk-safe-${a}" value=${a} .checked=${t.answer === a}
        @click=${patience(s, "talk.safety")} @change=${() => app.talkSafety(a)}><span>${w.talkSafeAnswers[a]}</span></label>`)}</div></fieldset>
    ${t.answer === "no" && s.view!.call ? html`<p class="call-out bad">${icon("warn")}<span>${w.talkUnsafe}</span></p>` : nothing}
    ${t.needed ? html`<p class="call-out warn" id="talk-safety-needed">${icon("warn")}<span>${w.talkSafeNeeded}</span></p>` : nothing}</section>`;
}
