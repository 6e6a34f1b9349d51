/** What the pages of this plugin share: a column of cards on the desk, forms inside them. */
import { css } from "lit";

/** For the element of a page. */
export const page = css`
  :host { padding: var(--sp-5); max-inline-size: calc(760px + 2 * var(--sp-5)); margin-inline: auto; }
  :host([wide]) { max-inline-size: calc(1080px + 2 * var(--sp-5)); }
  .bar { display: flex; flex-wrap: wrap; gap: var(--sp-2) var(--sp-3); align-items: center; margin-block-end: var(--sp-4); }
  .lede { color: var(--text-2); max-inline-size: 68ch; margin-block-end: var(--sp-4); text-wrap: pretty; }
  @media (max-width: 760px) { :host { padding: var(--sp-3); } }
`;

/** For links that stand by themselves in lists: large enough for a finger. */
export const links = css`@media (pointer: coarse) { a { display: inline-flex; align-items: center; min-block-size: 44px; min-inline-size: 44px; } }`;

/** For forms, and small things in lists. */
export const parts = css`
  .form-problem { background: var(--bad-soft); color: var(--bad); border-radius: var(--r-md); padding: var(--sp-2) var(--sp-3); margin-block-end: var(--sp-3); font-size: var(--fs-preview); }
  .pair { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0 var(--sp-4); }
  .acts { display: flex; flex-wrap: wrap; gap: var(--sp-2); align-items: center; margin-block-start: var(--sp-3); } .push { flex: 1; }
  .said { color: var(--text-3); font-size: var(--fs-sm); } .lead { color: var(--text-2); margin-block-end: var(--sp-4); text-wrap: pretty; }
  .person { display: flex; align-items: center; gap: var(--sp-3); min-inline-size: 0; } .person > div { min-inline-size: 0; } .name { font-weight: 550; }
  .search { position: relative; flex: 1 1 220px; max-inline-size: 320px; } .search .icon { position: absolute; inset-inline-start: 11px; inset-block: 0; margin-block: auto; inline-size: 16px; block-size: 16px; color: var(--text-3); }
  .search input { inline-size: 100%; min-block-size: 36px; padding: 6px var(--sp-3); padding-inline-start: 36px; border: 1px solid var(--line); border-radius: var(--r-md); background: var(--surface); } .search input::placeholder { color: var(--text-3); opacity: 1; }
  .rows > li { display: flex; flex-wrap: wrap; align-items: center; gap: var(--sp-1) var(--sp-3); padding-block: var(--sp-3); } .rows > li + li { border-block-start: 1px solid var(--line); }
  .rows > li:first-child { padding-block-start: 0; } .rows > li:last-child { padding-block-end: 0; } .rows ui-chip { margin-inline-start: var(--sp-1); vertical-align: 1px; }
  .rows > li > .icon { color: var(--text-3); }
  @media (max-width: 760px) { .pair { grid-template-columns: minmax(0, 1fr); } .search { max-inline-size: none; } }
  @media (max-width: 760px), (pointer: coarse) { .search input { min-block-size: 44px; font-size: max(16px, var(--fs-md)); } }
`;
