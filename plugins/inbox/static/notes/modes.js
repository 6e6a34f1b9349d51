/** The switch above the composer: what is written is for the customer, or for the team. */
import { css, html } from "lit";
import { icon, t } from "@comptoir/sdk";

export const modeStyles = css`
  .modes { display: flex; gap: 2px; padding: 6px var(--sp-4) 0; background: var(--surface); border-block-start: 1px solid var(--line); } .modes.note { background: var(--note); }
  .modes button { display: inline-flex; align-items: center; gap: 6px; min-block-size: 30px; border: 0; background: none; border-radius: var(--r-full); padding: 0 12px; font-size: var(--fs-sm); font-weight: 550; color: var(--text-2); } .modes button:hover { background: var(--surface-2); }
  .modes [aria-checked=true] { background: var(--accent-soft); color: var(--accent); } .modes.note [aria-checked=true] { background: var(--surface); color: var(--warn); }
  .modes .icon { inline-size: 15px; block-size: 15px; }
  .modes ~ inbox-composer, .modes ~ inbox-note-writer { border-block-start: 0; padding-block-start: 6px; }
  @media (max-width: 760px) { .modes { padding-inline: var(--sp-3); } .modes button { min-block-size: 44px; } }
  @media (pointer: coarse) { .modes button { min-block-size: 44px; } }
`;

/** `mode` is "reply" or "note"; `turn(mode)` takes the other. */
export function modes(mode, turn) {
  const choices = [["reply", "reply", t("Reply"), "R"], ["note", "sticky-note", t("Note"), "N"]];
  const keys = (event) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    event.preventDefault();
    turn(mode === "note" ? "reply" : "note", event.currentTarget);
  };
  return html`<div class="modes ${mode}" role="radiogroup" aria-label=${t("What you write")} @keydown=${keys}>${choices.map(([name, picture, label, key]) => html`
    <button role="radio" aria-checked=${String(mode === name)} tabindex=${mode === name ? 0 : -1} aria-keyshortcuts=${key} title=${`${label} (${key})`} @click=${() => turn(name)}>${icon(picture)}${label}</button>`)}</div>`;
}
