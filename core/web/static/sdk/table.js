/**
 * Rows and columns, drawn inside the page that has them, so that its own style and events reach every cell:
 *
 *   static styles = [...Panel.styles, tableStyles];
 *   render() { return table({ label: t("Members"), columns, rows, key: (row) => row.id, below: (row) => … }); }
 *
 * A column is { key, label, cell(row), size, end, first, bare, acts, wide }. `cell` draws; without it the row's own value
 * stands. `size` is a grid track ("minmax(0, 2fr)", "auto"), `end` aligns to the end. On a phone each row becomes a card:
 * the `first` column is its heading, a `bare` one (a menu) stands beside that, one of `acts` below the others, neither
 * with a label; the others are label and value, and a `wide` one stays away. `below(row)` stands under a row: what went wrong with it.
 */
import { css, html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";

export const table = ({ label, columns, rows, key = (row) => row.id, below }) => html`
  <div class="table" role="table" aria-label=${label} .style=${`--columns: ${columns.map(({ size }) => size ?? "minmax(0, 1fr)").join(" ")}`}>
    <div class="tr head" role="row">${columns.map((column) => html`<div class=${place(column)} role="columnheader">${
      column.bare || column.acts ? html`<span class="sr">${column.label}</span>` : column.label}</div>`)}</div>
    ${repeat(rows, key, (row) => html`<div class="tr" role="row" data-key=${key(row)}>${columns.map((column) => cell(column, row))}${under(below?.(row))}</div>`)}</div>`;

const cell = (column, row) => html`<div class=${place(column)} role="cell">
  ${column.first || column.bare || column.acts ? nothing : html`<span class="tag" aria-hidden="true">${column.label}</span>`}
  <div class="value">${column.cell ? column.cell(row) : row[column.key]}</div></div>`;

const under = (words) => (words ? html`<div class="td below" role="cell">${words}</div>` : nothing);
const place = ({ end, first, bare, acts, wide }) => ["td", end && "end", first && "first", bare && "bare", acts && "acts", wide && "wide"].filter(Boolean).join(" ");

export const tableStyles = css`
  .table { display: grid; grid-template-columns: var(--columns); column-gap: var(--sp-4); border: 1px solid var(--line); border-radius: var(--r-lg); background: var(--surface); overflow: clip; }
  .tr { display: grid; grid-column: 1 / -1; grid-template-columns: subgrid; align-items: center; padding-inline: var(--sp-4); min-block-size: 60px; }
  .tr + .tr { border-block-start: 1px solid var(--line); }
  .tr.head { min-block-size: 38px; background: var(--surface-2); color: var(--text-3); font-size: var(--fs-sm); font-weight: 550; }
  .td { min-inline-size: 0; padding-block: var(--sp-2); } .td.end { justify-self: end; text-align: end; } .td.below { grid-column: 1 / -1; padding-block-start: 0; }
  .value { min-inline-size: 0; } .value > ui-chip { vertical-align: middle; } .tag { display: none; }
  @media (max-width: 760px) {
    .table { display: block; }
    .tr.head { position: absolute; inline-size: 1px; block-size: 1px; min-block-size: 0; overflow: hidden; clip-path: inset(50%); }
    .tr { grid-template-columns: minmax(0, 1fr) auto; column-gap: var(--sp-3); padding: var(--sp-3) var(--sp-4); min-block-size: 0; }
    .tr.head + .tr { border: 0; }
    .td { grid-column: 1 / -1; display: flex; justify-content: space-between; gap: var(--sp-4); align-items: center; padding-block: 3px; }
    .td.end { justify-self: stretch; }
    .td.first { grid-column: 1; grid-row: 1; display: block; padding-block-end: var(--sp-2); } .td.bare { grid-column: 2; grid-row: 1; display: block; } .td.wide { display: none; }
    .td.acts { justify-content: end; padding-block-start: var(--sp-2); } .td:not(.first) > .value { text-align: end; }
    .tag { display: block; color: var(--text-3); font-size: var(--fs-sm); flex: none; }
  }
`;
