/** What the pages of rules and timers share: a column of cards, ordered lists, forms. */
import { css } from "lit";

/** For the element of a page. */
export const page = css`
  :host { padding: var(--sp-5); max-inline-size: calc(760px + 2 * var(--sp-5)); margin-inline: auto; }
  @media (max-width: 760px) { :host { padding: var(--sp-3); } }
`;

export const parts = css`
  .lede { color: var(--text-2); margin-block-end: var(--sp-4); text-wrap: pretty; } h2 { font-size: var(--fs-lg); font-weight: 600; margin-block: var(--sp-5) var(--sp-2); }
  .bar { display: flex; flex-wrap: wrap; gap: var(--sp-2) var(--sp-3); align-items: center; margin-block-end: var(--sp-3); } .bar h2 { flex: 1; margin: 0; }
  .list { border: 1px solid var(--line); border-radius: var(--r-lg); background: var(--surface); overflow: clip; list-style: none; margin: 0; padding: 0; } .list > li { display: flex; flex-wrap: wrap; align-items: center; gap: var(--sp-1) var(--sp-2); padding-block: var(--sp-2); padding-inline: var(--sp-4) var(--sp-3); min-block-size: 60px; } .list > li + li { border-block-start: 1px solid var(--line); }
  .grow { flex: 1 1 200px; min-inline-size: 0; } .name { font-weight: 550; } .said { color: var(--text-3); font-size: var(--fs-sm); } .off .name { color: var(--text-3); } .tools { display: flex; gap: 2px; }
  .nth { color: var(--text-3); font-variant-numeric: tabular-nums; min-inline-size: 1.5em; }
  .pair { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0 var(--sp-4); align-items: end; } .acts { display: flex; gap: var(--sp-2); align-items: center; margin-block-start: var(--sp-3); }
  .form-problem { background: var(--bad-soft); color: var(--bad); border-radius: var(--r-md); padding: var(--sp-2) var(--sp-3); margin-block-end: var(--sp-3); }
  @media (max-width: 760px) { .pair { grid-template-columns: minmax(0, 1fr); } }
`;
