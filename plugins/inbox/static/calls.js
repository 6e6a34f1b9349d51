/** A call in its thread: a quiet line, as WhatsApp draws it. */
import { css, html } from "lit";
import { fmt, icon } from "@comptoir/sdk";
import { callWords } from "./words.js";

export const callStyles = css`
  .act.call { color: var(--text-2); } .act.missed { color: var(--bad); font-weight: 550; }
`;

export function callRow(message) {
  const { status, at } = message;
  return html`<p class="act call ${status === "missed" ? "missed" : ""}" data-id=${message.id}>${icon("phone")}<span>${callWords(message)}</span><time datetime=${at} title=${fmt.moment(at)}>${fmt.time(at)}</time></p>`;
}
