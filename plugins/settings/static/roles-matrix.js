import { css, html, nothing } from "lit";
import { Panel, define, icon, t, tn } from "@comptoir/sdk";
import { locked, roleName, sightWords } from "./roles-words.js";

/**
 * Permissions down, roles across. One stop for Tab; arrows, Home, End and the page keys move, Space gives and takes.
 * Fires "edited", and "refused" with the reason for what cannot be changed.
 */
class RoleMatrix extends Panel {
  static properties = { roles: { attribute: false }, permissions: { attribute: false }, draft: { attribute: false }, chosen: {}, menu: { attribute: false }, at: { state: true } };
  static styles = [...Panel.styles, css`
    :host { display: block; }
    .scroll { block-size: 100%; overflow: auto; border-block-start: 1px solid var(--line); background: var(--surface); overscroll-behavior: contain; }
    table { border-collapse: separate; border-spacing: 0; inline-size: 100%; min-inline-size: max-content; }
    th, td { border-block-end: 1px solid var(--line); padding: 0; }
    thead th { position: sticky; inset-block-start: 0; z-index: 2; background: var(--surface); vertical-align: top; text-align: start; font-weight: 550; inline-size: 120px; min-inline-size: 120px; border-inline-start: 1px solid var(--line); }
    thead th:first-child { inset-inline-start: 0; z-index: 3; inline-size: auto; min-inline-size: 240px; border-inline-start: 0; border-inline-end: 1px solid var(--line); vertical-align: bottom; padding: var(--sp-3) var(--sp-5); color: var(--text-3); font-size: var(--fs-sm); }
    tbody th { position: sticky; border-inline-end: 1px solid var(--line); inset-inline-start: 0; z-index: 1; background: var(--surface); text-align: start; font-weight: 400; padding: var(--sp-2) var(--sp-5); min-inline-size: 240px; max-inline-size: 420px; }
    tr.group th { inset-block-start: 0; background: var(--surface-2); font-weight: 600; font-size: var(--fs-sm); color: var(--text-2); padding-block: 6px; } tr.group td { background: var(--surface-2); }
    tbody tr:not(.group):hover :is(th, td) { background: var(--surface-2); }
    .role { padding: var(--sp-2) var(--sp-3); display: grid; gap: 2px; } .name { font-weight: 600; line-height: 1.25; overflow-wrap: break-word; hyphens: auto; }
    .facts { display: flex; align-items: center; gap: 4px; color: var(--text-3); font-size: var(--fs-xs); font-weight: 400; margin-inline-end: -8px; } .facts .icon { inline-size: 12px; block-size: 12px; } .facts .push { margin-inline-start: auto; } .facts .ib { inline-size: 28px; block-size: 28px; } .facts .ib .icon { inline-size: 16px; block-size: 16px; }
    @media (pointer: coarse) { .facts .ib { inline-size: 44px; block-size: 44px; } }
    select { inline-size: calc(100% - var(--sp-2)); min-block-size: 30px; border: 1px solid var(--line); border-radius: var(--r-sm); background: var(--surface); font-size: var(--fs-sm); padding: 2px 4px; } select.changed { border-color: var(--accent); background: var(--accent-soft); } .fixed { color: var(--text-3); font-size: var(--fs-sm); } .sight :is(th, td) { block-size: 44px; }
    td { text-align: center; border-inline-start: 1px solid var(--line); } thead th:nth-child(2), tbody td:nth-child(2) { border-inline-start: 0; } th.chosen, td.chosen { background: var(--accent-soft); }
    .box { display: grid; place-items: center; inline-size: 100%; block-size: 38px; cursor: pointer; position: relative; } .box[aria-disabled=true] { cursor: default; }
    .box:focus-visible { box-shadow: inset 0 0 0 2px var(--accent); border-radius: var(--r-sm); }
    .mark { display: grid; place-items: center; inline-size: 20px; block-size: 20px; border: 1.5px solid var(--line-strong); border-radius: 5px; color: transparent; } .mark .icon { inline-size: 14px; block-size: 14px; stroke-width: 2.75; }
    [aria-checked=true] > .mark { background: var(--accent); border-color: var(--accent); color: var(--accent-fg); }
    [aria-disabled=true] > .mark { background: none; border-color: transparent; color: transparent; } [aria-disabled=true][aria-checked=true] > .mark { color: var(--text-2); } [aria-disabled=true][aria-checked=false] > .mark::after { content: ""; inline-size: 8px; block-size: 1.5px; background: var(--line-strong); grid-area: 1 / 1; } [aria-disabled=true] > .mark .icon { grid-area: 1 / 1; }
    .changed > .mark { box-shadow: 0 0 0 3px var(--accent-soft), 0 0 0 4.5px var(--accent); }
    @media (forced-colors: active) { [aria-checked=true] > .mark { border-width: 4px; } }
  `];

  constructor() {
    super();
    this.at = [0, 0];
  }

  get groups() {
    return Map.groupBy ? Map.groupBy(this.permissions, ({ group }) => group) : grouped(this.permissions);
  }

  get ordered() {
    return [...this.groups.values()].flat();
  }

  render() {
    let row = -1;
    return html`<div class="scroll"><table role="grid" aria-label=${t("Permissions of each role")} @keydown=${this.move} @focusin=${this.follow}>
      <thead><tr><th scope="col">${t("Permission")}</th>${this.roles.map((role) => this.head(role))}</tr></thead>
      <tbody>${this.sight()}${[...this.groups].map(([group, permissions]) => html`<tr class="group"><th scope="rowgroup"><bdi>${group}</bdi></th>${this.roles.map(() => html`<td role="presentation"></td>`)}</tr>
        ${permissions.map((permission) => { row += 1; return this.row(permission, row); })}`)}</tbody></table></div>`;
  }

  head(role) {
    const { key, builtin, members } = role;
    const name = roleName(key, this.roles);
    return html`<th scope="col" class=${key === this.chosen ? "chosen" : ""}><div class="role"><span class="name"><bdi>${name}</bdi></span>
      <div class="facts">${builtin ? icon("lock") : nothing}<span>${members ? tn("{n} member", "{n} members", members) : t("Nobody")}</span>${builtin ? html`<span class="sr">${t("built-in")}</span>` : nothing}
        <ui-menu class="push" .items=${this.menu(role)}><button slot="trigger" class="ib" aria-label=${t("More on {name}", { name })}>${icon("ellipsis-vertical")}</button></ui-menu></div></div></th>`;
  }

  /** Not a box to tick, and so not among those that the arrows reach. */
  sight() {
    return html`<tr class="sight"><th scope="row">${t("Which conversations it sees")}</th>${this.roles.map((role) => html`<td role="gridcell" class=${role.key === this.chosen ? "chosen" : ""}>${this.sees(role)}</td>`)}</tr>`;
  }

  sees(role) {
    const { key } = role;
    if (fixed(role)) return html`<span class="fixed">${t("All")}</span>`;
    return html`<select aria-label=${t("What {name} sees", { name: roleName(key, this.roles) })} class=${this.draft.seesOtherwise(key) ? "changed" : ""} .value=${this.draft.sees(key)} @change=${(event) => this.see(key, event.target.value)}>
      ${sightWords().map(([value, words]) => html`<option value=${value} ?selected=${value === this.draft.sees(key)}>${words}</option>`)}</select>`;
  }

  row(permission, row) {
    return html`<tr><th scope="row"><bdi>${permission.label}</bdi></th>${this.roles.map((role, column) => this.cell(role, permission, row, column))}</tr>`;
  }

  cell(role, permission, row, column) {
    const { key } = role;
    const why = locked(role, permission, this.roles);
    const here = this.at[0] === row && this.at[1] === column;
    return html`<td role="gridcell" class=${key === this.chosen ? "chosen" : ""}><div class="box ${this.draft.differs(key, permission.key) ? "changed" : ""}" role="checkbox" tabindex=${here ? "0" : "-1"} data-row=${row} data-column=${column}
      aria-checked=${String(this.draft.holds(key, permission.key))} aria-disabled=${why ? "true" : nothing} title=${why || nothing}
      aria-label=${`${permission.label}, ${roleName(key, this.roles)}`} @click=${() => this.toggle(row, column)}><span class="mark">${icon("check")}</span></div></td>`;
  }

  see(key, value) {
    this.draft.see(key, value);
    this.tell();
  }

  toggle(row, column) {
    const [role, permission] = [this.roles[column], this.ordered[row]];
    const why = locked(role, permission, this.roles);
    if (why) return this.dispatchEvent(new CustomEvent("refused", { detail: why }));
    this.draft.set(role.key, permission.key, !this.draft.holds(role.key, permission.key));
    this.tell();
  }

  tell() {
    this.requestUpdate();
    this.dispatchEvent(new Event("edited"));
  }

  follow({ target }) {
    if (target.matches?.(".box")) this.at = [Number(target.dataset.row), Number(target.dataset.column)];
  }

  move(event) {
    if (!event.target.matches(".box")) return;
    const [row, column] = this.at;
    const [rows, columns] = [this.ordered.length - 1, this.roles.length - 1];
    const forward = getComputedStyle(this).direction === "rtl" ? -1 : 1;
    const all = event.ctrlKey || event.metaKey;
    const steps = {
      ArrowDown: [row + 1, column], ArrowUp: [row - 1, column], ArrowRight: [row, column + forward], ArrowLeft: [row, column - forward],
      Home: [all ? 0 : row, 0], End: [all ? rows : row, columns], PageDown: [row + 8, column], PageUp: [row - 8, column],
    };
    if (event.key === " " || event.key === "Enter") this.toggle(row, column);
    else if (event.key in steps) this.go(between(steps[event.key][0], rows), between(steps[event.key][1], columns));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  async go(row, column) {
    this.at = [row, column];
    await this.updateComplete;
    const box = this.renderRoot.querySelector(`.box[data-row="${row}"][data-column="${column}"]`);
    box?.focus({ preventScroll: true });
    this.reveal(box);
  }

  /** What is focused must not hide under the header or the first column, which stay where they are. */
  reveal(box) {
    const scroll = this.renderRoot.querySelector(".scroll");
    const [cell, frame, corner] = [box, scroll, this.renderRoot.querySelector("thead th")].map((one) => one.getBoundingClientRect());
    scroll.scrollTop += Math.min(0, cell.top - corner.bottom) + Math.max(0, cell.bottom - frame.bottom);
    const rtl = getComputedStyle(this).direction === "rtl";
    const [start, end] = rtl ? [frame.left, corner.left] : [corner.right, frame.right];
    scroll.scrollLeft += Math.min(0, cell.left - start) + Math.max(0, cell.right - end);
  }

  updated(changed) {
    if (changed.has("chosen") || changed.has("roles")) this.show();
  }

  /** The role that the address names comes into sight, and may be changed at once. */
  show() {
    const column = this.roles.findIndex(({ key }) => key === this.chosen);
    if (column < 0 || this.shown === this.chosen) return;
    this.shown = this.chosen;
    this.go(0, column);
  }
}

const between = (value, most) => Math.max(0, Math.min(most, value));
const grouped = (permissions) => permissions.reduce((map, one) => map.set(one.group, [...(map.get(one.group) ?? []), one]), new Map());
const fixed = ({ key }) => key === "owner" || key === "admin";

define("settings-role-matrix", RoleMatrix);
