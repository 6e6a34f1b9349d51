/** A note as it stands in the thread: amber, and never mistaken for what the customer reads. */
import { css, html, nothing } from "lit";
import { can, fmt, icon, me, t } from "@comptoir/sdk";
import { piecesOf } from "./names.js";

export const noteStyles = css`
  .note { margin: 5px var(--sp-5); padding: 7px 12px; background: var(--note); border: 1px solid color-mix(in oklab, var(--warn) 35%, transparent); border-inline-start: 3px solid var(--warn); border-radius: var(--r-md); color: var(--text); }
  .note .by { display: flex; align-items: center; gap: 6px; font-size: var(--fs-sm); color: var(--text-2); min-block-size: 28px; } .note .by > .icon { inline-size: 15px; block-size: 15px; color: var(--warn); } .note .by b { color: var(--text); font-weight: 600; } .note .by time { color: inherit; }
  .note .by .ib { inline-size: 28px; block-size: 28px; color: inherit; }
  .note p { white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: plaintext; text-align: start; }
  .note .at { font-weight: 600; border-radius: 4px; padding-inline: 3px; background: color-mix(in oklab, var(--warn) 16%, transparent); } .note .at.me { background: var(--accent); color: var(--accent-fg); }
  @media (pointer: coarse) { .note .by .ib { inline-size: 44px; block-size: 44px; } }
`;

const mine = ({ author }) => author.id === me.id;
const mayRemove = (note) => can("conversations.write") && (mine(note) || can("inbox.notes.manage"));

/** `acts`: {edit(note), remove(note)}. */
export function noteRow(note, acts) {
  const { author, created_at: at, edited_at: edited } = note;
  return html`<article class="note" aria-label=${t("Note by {name}", { name: author.name })}>
    <div class="by">${icon("sticky-note")}<span class="grow cut"><b><bdi>${author.name}</bdi></b> · ${t("only your team sees this")}${edited ? html` · <span title=${t("Edited at {time}", { time: fmt.moment(edited) })}>${t("Edited")}</span>` : nothing}</span>
      ${mine(note) && can("conversations.write") ? html`<button class="ib" aria-label=${t("Edit the note")} title=${t("Edit the note")} @click=${() => acts.edit(note)}>${icon("pencil", "small")}</button>` : nothing}
      ${mayRemove(note) ? html`<button class="ib" aria-label=${t("Delete the note")} title=${t("Delete the note")} @click=${() => acts.remove(note)}>${icon("trash-2", "small")}</button>` : nothing}
      <time datetime=${at}>${fmt.time(at)}</time></div>
    <p dir="auto">${piecesOf(note).map(piece)}</p></article>`;
}

function piece({ called, link, text }) {
  if (called) return html`<bdi class="at ${called.id === me.id ? "me" : ""}">@${called.name}</bdi>`;
  return link ? html`<a href=${link} target="_blank" rel="noopener noreferrer" dir="ltr">${link}</a>` : text;
}
