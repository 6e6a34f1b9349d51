/** What every shadow root starts with. Tokens come through by inheritance. */
import { css } from "lit";

export const base = css`
  *, ::before, ::after { box-sizing: border-box; }
  :host { display: block; }
  :host([hidden]), [hidden] { display: none !important; }
  h1, h2, h3, p, ul, ol, dl, dd, figure { margin: 0; padding: 0; }
  ul, ol { list-style: none; }
  button, input, textarea, select { font: inherit; color: inherit; }
  button { cursor: pointer; }
  button:disabled { cursor: default; }
  a { color: var(--accent); }
  :focus-visible { outline: 2px solid transparent; outline-offset: 2px; box-shadow: var(--ring); border-radius: var(--r-sm); }
  .icon { inline-size: 20px; block-size: 20px; fill: none; stroke: currentColor; stroke-width: 1.75; stroke-linecap: round; stroke-linejoin: round; display: block; flex: none; }
  .icon.small { inline-size: 16px; block-size: 16px; }
  .icon.mirror:dir(rtl) { transform: scaleX(-1); }
  .muted { color: var(--text-3); }
  .num { font-variant-numeric: tabular-nums; }
  .grow { flex: 1; min-inline-size: 0; }
  .cut { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; min-inline-size: 0; }
  .ib { inline-size: 36px; block-size: 36px; border: 0; background: none; border-radius: var(--r-md); color: var(--text-2); display: inline-grid; place-items: center; flex: none; }
  .ib:hover { background: var(--surface-2); color: var(--text); }
  .link { border: 0; background: none; padding: 0; color: var(--accent); font-weight: 600; }
  .link:hover { text-decoration: underline; }
  /* Text of either script: it reads and is cut off its own way, yet lines up with the column it stands in. */
  .cut[dir=auto] { text-align: -webkit-match-parent; text-align: match-parent; }
  .sr { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  @media (pointer: coarse) { .ib { inline-size: 44px; block-size: 44px; } summary { min-block-size: 44px; align-content: center; } .link { min-block-size: 44px; min-inline-size: 44px; } }
`;
