import { LitElement, css, html, nothing } from "lit";
import { icon } from "../icons.js";
import { base } from "../styles.js";

/**
 * <ui-menu .items=${[{ label, icon, tone, run, checked, href, separator, heading }]}><button slot="trigger">…</button></ui-menu>
 * `tone` colours the icon: one of the palette's tags (red, orange, yellow, green, teal, blue, violet, pink).
 * Arrows, Home, End and the first letter move; Escape closes and gives the focus back.
 */
class Menu extends LitElement {
  static properties = { items: { attribute: false }, open: { state: true }, above: { type: Boolean } };
  static styles = [base, css`
    :host { display: inline-flex; }
    .menu { position: fixed; inset: 0 auto auto 0; margin: 0; min-inline-size: 200px; max-inline-size: min(320px, calc(100vw - 16px)); max-block-size: min(420px, calc(100dvh - 16px)); overflow-y: auto; padding: 5px; border: 1px solid var(--line); border-radius: var(--r-md); background: var(--surface); color: var(--text); box-shadow: var(--sh-float); }
    .item { display: flex; align-items: center; gap: var(--sp-2); inline-size: 100%; min-block-size: 34px; padding: 4px 10px; border: 0; background: none; border-radius: var(--r-sm); color: var(--text); text-decoration: none; text-align: start; }
    .item:hover, .item:focus { background: var(--surface-2); outline: 2px solid transparent; outline-offset: -2px; box-shadow: none; }
    .item .icon { inline-size: 16px; block-size: 16px; color: var(--text-3); }
    .item .red { color: var(--tag-red); } .item .orange { color: var(--tag-orange); } .item .yellow { color: var(--tag-yellow); } .item .green { color: var(--tag-green); }
    .item .teal { color: var(--tag-teal); } .item .blue { color: var(--tag-blue); } .item .violet { color: var(--tag-violet); } .item .pink { color: var(--tag-pink); }
    .item .mark { margin-inline-start: auto; color: var(--accent); }
    .heading { padding: 6px 10px 2px; font-size: var(--fs-sm); font-weight: 600; color: var(--text-3); }
    hr { border: 0; border-block-start: 1px solid var(--line); margin: 5px 0; }
    @media (pointer: coarse) { .item { min-block-size: 44px; } }
  `];

  constructor() {
    super();
    this.items = [];
    this.open = false;
  }

  render() {
    return html`<slot name="trigger" @click=${() => this.toggle()} @slotchange=${this.describe}></slot>
      <div class="menu" popover="auto" role="menu" @toggle=${this.toggled} @keydown=${this.move}>
        ${this.open ? this.items.map((item) => this.item(item)) : nothing}</div>`;
  }

  item(item) {
    if (item.separator) return html`<hr>`;
    if (item.heading) return html`<div class="heading" role="presentation">${item.heading}</div>`;
    const role = item.checked === undefined ? "menuitem" : "menuitemradio";
    const inner = html`${item.icon ? icon(item.icon, item.tone ?? "") : nothing}<span class="cut" dir="auto">${item.label}</span>
      ${item.checked ? html`<span class="mark">${icon("check")}</span>` : nothing}`;
    const checked = item.checked === undefined ? nothing : String(item.checked);
    return item.href
      ? html`<a class="item" role=${role} aria-checked=${checked} tabindex="-1" href=${item.href}>${inner}</a>`
      : html`<button class="item" role=${role} aria-checked=${checked} tabindex="-1" @click=${() => this.choose(item)}>${inner}</button>`;
  }

  get panel() {
    return this.renderRoot.querySelector(".menu");
  }

  get trigger() {
    return this.renderRoot.querySelector("slot").assignedElements()[0];
  }

  describe() {
    this.trigger?.setAttribute("aria-haspopup", "menu");
    this.trigger?.setAttribute("aria-expanded", "false");
  }

  async toggle() {
    if (this.open) return this.panel.hidePopover();
    this.open = true;
    await this.updateComplete;
    this.panel.showPopover();
    this.place();
    this.entries[0]?.focus();
  }

  /** Under the trigger, turned inwards at the edges of the window. */
  place() {
    const anchor = this.trigger.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.panel;
    const rtl = getComputedStyle(this).direction === "rtl";
    const start = rtl ? anchor.right - width : anchor.left;
    const x = Math.min(Math.max(8, start + width > innerWidth - 8 ? anchor.right - width : start), innerWidth - width - 8);
    const below = anchor.bottom + 4 + height <= innerHeight - 8;
    const y = below ? anchor.bottom + 4 : Math.max(8, anchor.top - height - 4);
    this.panel.style.translate = `${x}px ${y}px`;
  }

  toggled(event) {
    this.open = event.newState === "open";
    this.trigger?.setAttribute("aria-expanded", String(this.open));
    if (!this.open && this.contains(document.activeElement)) this.trigger.focus();
  }

  choose(item) {
    this.panel.hidePopover();
    this.trigger?.focus();
    item.run();
  }

  get entries() {
    return [...this.renderRoot.querySelectorAll(".item")];
  }

  move(event) {
    const { entries } = this;
    const now = entries.indexOf(this.renderRoot.activeElement);
    const steps = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: entries.length - 1 };
    const typed = event.key.length === 1 && entries.findIndex((one) => one.textContent.trim().toLowerCase().startsWith(event.key.toLowerCase()));
    const next = steps[event.key] ?? (Number.isInteger(typed) && typed >= 0 ? typed : null);
    if (next === null) return;
    event.preventDefault();
    event.stopPropagation();
    entries[(next + entries.length) % entries.length]?.focus();
  }
}

customElements.define("ui-menu", Menu);
