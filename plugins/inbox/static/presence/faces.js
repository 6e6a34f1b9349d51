/** Colleagues in the same conversation, as initials in its header and its row, and "is typing" above the composer. */
import { css, html, nothing } from "lit";
import { icon, initials, t } from "@comptoir/sdk";

export const faceStyles = css`
  .here { display: inline-flex; align-items: center; flex: none; } .here i { display: inline-grid; place-items: center; min-inline-size: 26px; block-size: 26px; padding-inline: 4px; border-radius: var(--r-full); background: var(--accent-soft); color: var(--accent); border: 2px solid var(--surface); font: 700 10px/1 var(--font); } .here i + i { margin-inline-start: -8px; } .here i.typing { background: var(--accent); color: var(--accent-fg); }
  .here.tiny i { min-inline-size: 18px; block-size: 18px; border-width: 1px; font-size: 9px; padding-inline: 2px; } .here.tiny i + i { margin-inline-start: -5px; }
  .types { display: flex; align-items: center; gap: 6px; padding: 2px var(--sp-4); font-size: var(--fs-sm); color: var(--text-2); background: var(--surface); } .types .icon { inline-size: 14px; block-size: 14px; color: var(--accent); }
`;

const MOST = 3;
const listed = (people) => new Intl.ListFormat(document.documentElement.lang, { type: "conjunction" }).format(people.map(({ name }) => name));

export function faces(people, tiny = false) {
  if (!people.length) return nothing;
  const words = t("Here now: {names}", { names: listed(people) });
  return html`<span class="here ${tiny ? "tiny" : ""}" role="img" aria-label=${words} title=${words}>${people.slice(0, MOST).map(({ name, typing }) => html`<i class=${typing ? "typing" : ""}>${initials(name)}</i>`)}${people.length > MOST ? html`<i>+${people.length - MOST}</i>` : nothing}</span>`;
}

export function typists(people) {
  const writing = people.filter(({ typing }) => typing);
  if (!writing.length) return nothing;
  const words = writing.length === 1 ? t("{name} is typing…", { name: writing[0].name }) : t("{names} are typing…", { names: listed(writing) });
  return html`<div class="types" role="status">${icon("pencil")}<span class="cut" dir="auto">${words}</span></div>`;
}
