import { css } from "lit";

export const completionStyles = css`
  .replies { position: absolute; z-index: 4; inset-inline: var(--sp-4); inset-block-end: calc(100% + 4px); max-inline-size: 560px; border: 1px solid var(--line); border-radius: var(--r-md); background: var(--surface); box-shadow: var(--sh-float); overflow: hidden; }
  .rhead { display: flex; justify-content: space-between; align-items: center; padding: 6px 12px; font-size: var(--fs-sm); color: var(--text-2); border-block-end: 1px solid var(--line); } .rhead a { color: var(--accent); }
  .rlist { max-block-size: min(320px, 40dvh); overflow-y: auto; padding: 4px; } .rnone { padding: var(--sp-3); color: var(--text-3); }
  .reply-row { border-inline-start: 2px solid transparent; display: grid; gap: 1px; padding: 6px 10px; border-radius: var(--r-sm); cursor: pointer; } .reply-row:hover, .reply-row.active { background: var(--surface-2); } .reply-row.active { border-inline-start-color: var(--accent); }
  .rtop { display: flex; gap: var(--sp-2); align-items: baseline; min-inline-size: 0; } .short { color: var(--accent); font-weight: 600; flex: none; } .rtitle { font-weight: 550; flex: 1; }
  .rbody { color: var(--text-3); font-size: var(--fs-preview); } .lang { font-size: var(--fs-xs); color: var(--text-2); border: 1px solid var(--line); border-radius: var(--r-full); padding: 0 6px; } .rtop > span:first-child:not(.short) { font-size: 1.2rem; line-height: 1; } .count { display: inline-flex; align-items: center; gap: 2px; color: var(--text-3); font-size: var(--fs-sm); }
  @media (max-width: 760px) { .replies { inset-inline: var(--sp-2); max-inline-size: none; } .reply-row { padding-block: 10px; } }
`;
