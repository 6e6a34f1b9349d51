import { css } from "lit";

/** Panes of the inbox: a header of one height, a body that scrolls. */
export const pane = css`
  :host { display: flex; flex-direction: column; min-block-size: 0; min-inline-size: 0; }
  .bar { display: flex; align-items: center; gap: var(--sp-3); padding-inline: var(--sp-4); block-size: var(--bar-h); flex: none; border-block-end: 1px solid var(--line); background: var(--surface); }
  .bar h1, .bar h2 { font-size: var(--fs-lg); font-weight: 650; }
  .count { color: var(--text-3); font-variant-numeric: tabular-nums; font-size: var(--fs-sm); }
  .scroll { flex: 1; min-block-size: 0; overflow-y: auto; overflow-anchor: none; overscroll-behavior: contain; position: relative; }
  .virt { position: relative; inline-size: 100%; }
  .virt > * { position: absolute; inset-inline: 0; inset-block-start: 0; }
  time { color: var(--text-3); font-size: var(--fs-xs); font-variant-numeric: tabular-nums; white-space: nowrap; }
  .tick { inline-size: 14px; block-size: 14px; stroke-width: 2.25; }
  .tick.read { color: var(--read); } .tick.bad { color: var(--bad); } .tick.warn { color: var(--warn); }
`;
