/** What the reference's elements share. */
import { css } from "lit";

export const method = css`
  .method { font: 700 var(--fs-sm)/1.5 ui-monospace, monospace; color: var(--text-2); flex: none; }
  .method.get { color: var(--info); } .method.post { color: var(--ok); } .method.put, .method.patch { color: var(--warn); } .method.delete { color: var(--bad); }
`;

export const code = css`
  .code { position: relative; min-inline-size: 0; }
  .code ui-copy { position: absolute; inset-block-start: var(--sp-2); inset-inline-end: var(--sp-2); }
  pre { margin: 0; overflow: auto; max-block-size: 440px; padding: var(--sp-3) var(--sp-4); padding-block-start: 48px; background: var(--surface-2); border: 1px solid var(--line); border-radius: var(--r-md); font: 400 var(--fs-preview)/1.55 ui-monospace, monospace; text-align: start; }
  pre .key { color: var(--text); font-weight: 600; } pre .string { color: var(--ok); } pre .number { color: var(--info); } pre .word { color: var(--warn); }
  code { font: 500 .94em ui-monospace, monospace; background: var(--surface-2); border-radius: var(--r-sm); padding: 0 4px; overflow-wrap: anywhere; }
`;
