/** What the pages of this plugin share: a column of cards on the desk, forms inside them. */
import { css } from "lit";

export const page = css`
  :host { padding: var(--sp-5); max-inline-size: calc(760px + 2 * var(--sp-5)); margin-inline: auto; }
  :host([wide]) { max-inline-size: calc(1120px + 2 * var(--sp-5)); }
  .lede { color: var(--text-2); max-inline-size: 68ch; margin-block-end: var(--sp-4); text-wrap: pretty; }
  .form-problem { background: var(--bad-soft); color: var(--bad); border-radius: var(--r-md); padding: var(--sp-2) var(--sp-3); margin-block-end: var(--sp-3); font-size: var(--fs-preview); }
  .pair { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0 var(--sp-4); }
  .acts { display: flex; flex-wrap: wrap; gap: var(--sp-2); align-items: center; margin-block-start: var(--sp-3); } .push { flex: 1; }
  .said { color: var(--text-3); font-size: var(--fs-sm); }
  @media (max-width: 760px) { :host { padding: var(--sp-3); } .pair { grid-template-columns: minmax(0, 1fr); } }
`;
