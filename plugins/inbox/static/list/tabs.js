import { css, html, nothing } from "lit";
import { Panel, define, icon, t } from "@comptoir/sdk";
import { TABS, figure, looks, said } from "./looks.js";

const LONG = 9; // letters: a longer name of a list may be shortened

/**
 * Which conversations are listed: three tabs, the one chosen from the menu beside them, and what is filtered besides.
 * What it holds stands above them, beside the filter and the order.
 * Fires "turn" {key}, "filter" {filter}, "sort" {sort}, "edit-filter", "save-view", "edit-view", "delete-view".
 */
class Tabs extends Panel {
  static properties = { look: { attribute: false }, views: { attribute: false }, filter: { attribute: false }, sort: {}, numbers: { attribute: false }, mentions: { type: Number }, revision: { attribute: false }, manages: { type: Boolean } };
  static styles = [...Panel.styles, css`
    :host { display: block; padding: 0 var(--sp-3) var(--sp-2); }
    .tabs, .above { display: flex; align-items: center; gap: 2px; } .above { padding-block: var(--sp-2); } ::slotted(*) { flex: 1; min-inline-size: 0; margin-inline-end: var(--sp-1); }
    [role=tablist] { display: flex; gap: 2px; flex: 1; min-inline-size: 0; overflow-x: auto; scrollbar-width: none; }
    [role=tablist]::before, [role=tablist]::after { content: ""; position: sticky; z-index: 1; flex: none; inline-size: 0; margin-inline-end: -2px; pointer-events: none; }
    .before::before { inset-inline-start: 0; box-shadow: 0 0 8px 10px var(--surface); } .after::after { inset-inline-end: 0; box-shadow: 0 0 8px 10px var(--surface); }
    .above button, .tabs button { display: inline-flex; align-items: center; gap: 4px; border: 0; background: none; padding: 5px 7px; border-radius: var(--r-full); color: var(--text-2); font-size: var(--fs-sm); font-weight: 550; white-space: nowrap; flex: none; max-inline-size: 150px; scroll-margin-inline: 24px; } .above button:hover, .tabs button:hover { background: var(--surface-2); }
    .tabs .long[aria-selected=false] { flex: 0 1 auto; min-inline-size: 92px; }
    .tabs [aria-selected=true] { background: var(--accent-soft); color: var(--accent); }
    .tabs [role=tab] .icon { inline-size: 14px; block-size: 14px; flex: none; } .icon.red { color: var(--tag-red); } .icon.orange { color: var(--tag-orange); } .icon.yellow { color: var(--tag-yellow); } .icon.green { color: var(--tag-green); }
    .icon.teal { color: var(--tag-teal); } .icon.blue { color: var(--tag-blue); } .icon.violet { color: var(--tag-violet); } .icon.pink { color: var(--tag-pink); }
    .n { font-variant-numeric: tabular-nums; color: var(--text-3); font-weight: 500; } [aria-selected=true] .n { color: inherit; }
    .above .tool, .tabs .tool { padding: 0; inline-size: 30px; block-size: 30px; justify-content: center; } .tool .icon { inline-size: 16px; block-size: 16px; } .tool.on { color: var(--accent); }
    .chips { display: flex; flex-wrap: wrap; gap: 4px; padding-block-start: 6px; } .chips button { display: inline-flex; align-items: center; gap: 3px; max-inline-size: 100%; border: 1px solid var(--line); background: var(--surface-2); border-radius: var(--r-full); padding: 1px 8px; font-size: var(--fs-sm); color: var(--text-2); min-block-size: 24px; } .chips button:hover { border-color: var(--line-strong); }
    .chips .icon { inline-size: 12px; block-size: 12px; } .chips .save { background: none; border-color: transparent; color: var(--accent); font-weight: 600; }
    @media (max-width: 760px) { .tabs button { min-block-size: 40px; padding-inline: 12px; } .above .tool, .tabs .tool { inline-size: 40px; block-size: 40px; } .chips button { min-block-size: 32px; } }
    @media (pointer: coarse) { .tabs button, .chips button { min-block-size: 44px; min-inline-size: 44px; padding-inline: 8px; } .above .tool, .tabs .tool { inline-size: 44px; block-size: 44px; } }
  `];

  render() {
    const chosen = this.look.key;
    const tabs = looks().filter(({ key }) => TABS.includes(key));
    if (!TABS.includes(chosen)) tabs.push(this.look);
    return html`<div class="above"><slot></slot>
        ${this.look.mentions ? nothing : html`<button class="tool ${Object.keys(this.filter).length ? "on" : ""}" aria-label=${t("Filter…")} title=${t("Filter…")} @click=${() => this.tell("edit-filter")}>${icon("funnel")}</button>
        <ui-menu .items=${this.sorts()}><button class="tool ${this.sort === "waiting" ? "on" : ""}" slot="trigger" aria-label=${t("Sort: {order}", { order: this.sorts().find(({ checked }) => checked).label })} title=${t("Sort")}>${icon("list")}</button></ui-menu>`}</div>
      <div class="tabs"><div role="tablist" aria-label=${t("Which conversations")} @keydown=${this.keys} @scroll=${this.hint}>${tabs.map((look) => this.tab(look))}</div>
        <ui-menu .items=${this.more()}><button class="tool" slot="trigger" aria-label=${t("More lists and views")} title=${t("More lists and views")}>${icon("chevron-down")}</button></ui-menu></div>
      ${this.chips()}`;
  }

  tab(look) {
    const here = look.key === this.look.key;
    return html`<button role="tab" class=${look.label.length > LONG ? "long" : ""} title=${look.label} id=${`tab-${look.key}`} aria-selected=${String(here)} tabindex=${here ? 0 : -1} @click=${() => this.tell("turn", look.key)}>
      ${look.view ? icon(look.icon, look.colour) : nothing}<span class="cut" dir="auto">${look.label}</span>${this.number(look) ? html` <span class="n">${this.number(look)}</span>` : nothing}</button>`;
  }

  number(look) {
    return look.mentions ? figure(this.mentions ? { count: this.mentions } : null) : figure(this.numbers.of(look.key));
  }

  more() {
    const item = (look) => ({ label: this.number(look) ? `${look.label} (${this.number(look)})` : look.label, icon: look.icon, tone: look.colour, checked: look.key === this.look.key, run: () => this.tell("turn", look.key) });
    const { view } = this.look;
    return [
      ...looks().map(item),
      ...(this.views.length ? [{ heading: t("Views") }, ...this.views.map(item)] : []),
      ...(Object.keys(this.filter).length || view ? [{ separator: true }] : []),
      ...(Object.keys(this.filter).length ? [{ label: t("Save as a view…"), icon: "plus", run: () => this.tell("save-view") }] : []),
      ...(view?.mine || (view && this.manages) ? [{ label: t("Change this view…"), icon: "pencil", run: () => this.tell("edit-view") }, { label: t("Delete this view"), icon: "trash-2", run: () => this.tell("delete-view") }] : []),
    ];
  }

  sorts() {
    return [["latest", t("Latest first")], ["waiting", t("Longest waiting first")]].map(([sort, label]) => ({ label, checked: sort === this.sort, run: () => this.tell("sort", sort) }));
  }

  /** What is filtered besides the tab, each taken away by a press. */
  chips() {
    const chips = said(this.filter);
    if (!chips.length && this.sort !== "waiting") return nothing;
    return html`<div class="chips" role="group" aria-label=${t("Filter")}>
      ${chips.map(([name, words]) => html`<button aria-label=${t("Without: {filter}", { filter: words })} @click=${() => this.without(name)}><span class="cut" dir="auto">${words}</span>${icon("x")}</button>`)}
      ${this.sort === "waiting" ? html`<button aria-label=${t("Without: {filter}", { filter: t("Longest waiting first") })} @click=${() => this.tell("sort", "latest")}><span class="cut">${t("Longest waiting first")}</span>${icon("x")}</button>` : nothing}
      ${chips.length ? html`<button class="save" @click=${() => this.tell("save-view")}>${t("Save as a view…")}</button>` : nothing}</div>`;
  }

  without(gone) {
    this.tell("filter", Object.fromEntries(Object.entries(this.filter).filter(([name]) => name !== gone)));
  }

  keys(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const tabs = [...this.renderRoot.querySelectorAll("[role=tab]")];
    const turned = getComputedStyle(this).direction === "rtl" ? -step : step;
    const next = tabs[(tabs.findIndex(({ ariaSelected }) => ariaSelected === "true") + turned + tabs.length) % tabs.length];
    this.tell("turn", next.id.slice(4));
    this.updateComplete.then(() => this.renderRoot.querySelector("[aria-selected=true]")?.focus());
  }

  firstUpdated() {
    const resized = new ResizeObserver(() => this.hint());
    resized.observe(this.tablist);
    this.cleanup(() => resized.disconnect());
  }

  get tablist() {
    return this.renderRoot.querySelector("[role=tablist]");
  }

  /** Faded where there is more than is to be seen. */
  hint() {
    const { tablist } = this;
    const before = Math.abs(tablist.scrollLeft);
    tablist.classList.toggle("before", before > 1);
    tablist.classList.toggle("after", tablist.scrollWidth - tablist.clientWidth - before > 1);
  }

  /** With the frame, when all else is drawn: where it stands is measured once. */
  updated(changed) {
    requestAnimationFrame(() => {
      if (changed.has("look")) this.renderRoot.querySelector("[aria-selected=true]")?.scrollIntoView?.({ block: "nearest", inline: "nearest" });
      this.hint();
    });
  }

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

define("inbox-tabs", Tabs);
