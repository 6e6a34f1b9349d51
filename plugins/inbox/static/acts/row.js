/** A quiet line between messages: nothing to press, nothing that looks like words of the customer's. */
import { css, html, nothing } from "lit";
import { fmt, icon } from "@comptoir/sdk";
import { actWords, pictureOf } from "./words.js";

export const actStyles = css`
  .act { display: flex; align-items: baseline; justify-content: center; gap: 6px; margin: 0; padding: 4px var(--sp-5); color: var(--text-3); font-size: var(--fs-sm); text-align: center; overflow-wrap: anywhere; }
  .act .icon { inline-size: 13px; block-size: 13px; flex: none; align-self: center; } .act time { color: inherit; flex: none; }
`;

export function actRow(act) {
  const words = actWords(act);
  return words ? html`<p class="act" title=${act.reason ?? nothing}>${icon(pictureOf(act))}<span>${words}</span><time datetime=${act.at}>${fmt.time(act.at)}</time></p>` : nothing;
}
