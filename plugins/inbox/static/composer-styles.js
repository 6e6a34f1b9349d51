import { css } from "lit";

export const composerStyles = css`
  :host { position: relative; background: var(--surface); border-block-start: 1px solid var(--line); padding: var(--sp-3) var(--sp-4); padding-block-end: max(var(--sp-3), env(safe-area-inset-bottom)); }
  .line { display: flex; gap: var(--sp-1); align-items: flex-end; } .line > textarea { margin-inline: var(--sp-1); }
  textarea { flex: 1; min-inline-size: 0; resize: none; border: 1px solid var(--line-strong); border-radius: var(--r-md); background: var(--surface); padding: 9px 12px; min-block-size: 42px; max-block-size: min(240px, 40dvh); field-sizing: content; unicode-bidi: plaintext; }
  textarea:focus-visible { border-radius: var(--r-md); box-shadow: none; outline: 2px solid var(--accent); outline-offset: -1px; }
  textarea::placeholder { color: var(--text-3); opacity: 1; }
  .tool { inline-size: 42px; block-size: 42px; flex: none; }
  .send { display: inline-flex; align-items: center; gap: var(--sp-2); border: 0; border-radius: var(--r-md); background: var(--accent); color: var(--accent-fg); font-weight: 600; padding: 0 var(--sp-4); block-size: 42px; flex: none; }
  .send:hover { background: var(--accent-strong); } .send[disabled] { background: var(--surface-2); color: var(--text-3); }
  .send .icon { inline-size: 17px; block-size: 17px; }
  .quote, .notice { display: flex; align-items: center; gap: var(--sp-3); border-radius: var(--r-md); padding: 7px 10px; margin-block-end: var(--sp-2); font-size: var(--fs-preview); background: var(--surface-2); }
  .quote { border-inline-start: 3px solid var(--accent); } .quote b { color: var(--accent); font-weight: 600; display: block; font-size: var(--fs-sm); }
  .notice { background: var(--warn-soft); color: var(--text); } .notice > .icon { color: var(--warn); flex: none; } .notice .said { display: block; color: var(--text-2); } .notice .what { min-inline-size: 0; }
  .acts { display: flex; gap: var(--sp-4); margin-inline-start: auto; white-space: nowrap; }
  .closed { margin-block-end: var(--sp-2); display: flex; gap: var(--sp-3); align-items: center; color: var(--text-2); } .closed > .icon { color: var(--bad); } .closed ui-button { margin-inline-start: auto; flex: none; } .closed b { display: block; color: var(--text); font-weight: 600; }
  .notice.kept { background: var(--surface-2); } .notice.kept > .icon { color: var(--text-2); }
  .length { font-size: var(--fs-sm); color: var(--text-3); font-variant-numeric: tabular-nums; text-align: end; padding-block-start: 4px; } .length.over { color: var(--bad); font-weight: 600; }
  .over-drop { position: absolute; inset: 0; z-index: 3; display: grid; place-items: center; background: color-mix(in oklab, var(--accent-soft) 92%, transparent); border: 2px dashed var(--accent); border-radius: var(--r-md); color: var(--accent-strong); font-weight: 600; pointer-events: none; }
  @media (pointer: coarse) { .send, .tool { min-inline-size: 44px; min-block-size: 44px; } textarea { min-block-size: 44px; } }
  @media (max-width: 760px) { :host { padding-inline: var(--sp-2); } .send span { display: none; } .send, .tool { inline-size: 44px; block-size: 44px; padding: 0; justify-content: center; } textarea { min-block-size: 44px; font-size: max(16px, var(--fs-md)); } .notice { flex-wrap: wrap; } .line { gap: 0; } }
`;
