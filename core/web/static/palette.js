/** ⌘K, Ctrl+K: everything that can be gone to or done, found by a few letters, by the keyboard alone. */
import { LitElement, css, html, nothing } from "lit";
import { icon } from "./icons.js";
import { t, tn } from "./i18n.js";
import { base } from "./styles.js";

const MOST = 50; // lines: whoever sees more types a letter more
const PAGE = 8;
const TYPING = 180; // ms after the last letter until the server is asked

/**
 * Fires "close". `items` are {group, label, icon, hint, keys, checked, run}; what is chosen runs once the focus is back.
 * `find(query)` promises more of them, which stand after those that match.
 */
class Palette extends LitElement {
  static properties = { items: { attribute: false }, find: { attribute: false }, told: { state: true }, query: { state: true }, at: { state: true } };
  static styles = [base, css`
    dialog { inline-size: min(600px, calc(100vw - 24px)); max-block-size: min(520px, 72dvh); margin-block: 12dvh auto; padding: 0; border: 1px solid var(--line); border-radius: var(--r-lg); background: var(--surface); color: var(--text); box-shadow: var(--sh-float); overflow: hidden; }
    dialog[open] { display: flex; flex-direction: column; } dialog::backdrop { background: var(--scrim); }
    .ask { display: flex; align-items: center; gap: var(--sp-3); padding-inline: var(--sp-4) var(--sp-3); border-block-end: 1px solid var(--line); } .ask > .icon { color: var(--text-3); }
    input { flex: 1; min-inline-size: 0; border: 0; background: none; min-block-size: 52px; font-size: max(16px, var(--fs-lg)); } input:focus-visible { box-shadow: none; } input::placeholder { color: var(--text-3); opacity: 1; }
    kbd { font: 600 var(--fs-xs)/1.5 var(--font); border: 1px solid var(--line-strong); border-radius: 5px; padding: 0 5px; color: var(--text-2); background: var(--surface-2); flex: none; }
    .list { overflow-y: auto; padding: var(--sp-2); overscroll-behavior: contain; min-block-size: 0; }
    .group { font-size: var(--fs-sm); font-weight: 600; color: var(--text-3); padding: var(--sp-2) var(--sp-2) var(--sp-1); }
    .one { display: flex; align-items: center; gap: var(--sp-3); min-block-size: 38px; padding: 4px var(--sp-2); border-radius: var(--r-md); cursor: pointer; scroll-margin: 28px; }
    .one .icon { inline-size: 18px; block-size: 18px; color: var(--text-3); } .one[aria-selected=true] { background: var(--accent-soft); color: var(--accent); } .one[aria-selected=true] .icon { color: inherit; }
    .hint { color: var(--text-3); font-size: var(--fs-sm); max-inline-size: 40%; } .one[aria-selected=true] .hint { color: inherit; }
    .none { padding: var(--sp-5); text-align: center; color: var(--text-2); }
    @media (max-width: 760px) { dialog { margin-block: 0 auto; inline-size: 100vw; max-inline-size: 100vw; max-block-size: 100dvh; border-radius: 0; border: 0; } .one { min-block-size: 44px; } .one kbd { display: none; } }
  `];

  constructor() {
    super();
    Object.assign(this, { items: [], told: [], query: "", at: 0 });
  }

  /** Where the keyboard was goes back there afterwards, also when that is deep inside an element. */
  firstUpdated() {
    this.before = deepest(document.activeElement);
    this.dialog.showModal();
    this.renderRoot.querySelector("input").focus();
  }

  get dialog() {
    return this.renderRoot.querySelector("dialog");
  }

  get found() {
    return [...matching(this.items, this.query).slice(0, MOST), ...this.told];
  }

  render() {
    const { found } = this;
    return html`<dialog aria-label=${t("Search and commands")} @close=${this.closed} @click=${this.backdrop} @keydown=${this.keys}>
      <div class="ask">${icon("search")}<input role="combobox" aria-expanded="true" aria-controls="list" aria-autocomplete="list" aria-activedescendant=${found.length ? `o${this.at}` : nothing}
          aria-label=${t("Search pages and commands")} placeholder=${t("Go to, or do…")} autocomplete="off" spellcheck="false" .value=${this.query} @input=${this.typed}>
        <button class="ib" aria-label=${t("Close dialog")} title=${t("Close dialog")} @click=${() => this.leave()}>${icon("x")}</button></div>
      <div class="list" id="list" role="listbox" aria-label=${t("Pages and commands")}>${found.map((item, index) => this.line(item, index, found[index - 1]))}</div>
      ${found.length ? nothing : html`<p class="none">${t("Nothing is called that.")}</p>`}
      <span class="sr" role="status">${this.query ? tn("{n} found", "{n} found", found.length) : ""}</span></dialog>`;
  }

  line(item, index, before) {
    return html`${item.group === before?.group ? nothing : html`<div class="group" role="presentation">${item.group}</div>`}
      <div class="one" role="option" id=${`o${index}`} aria-selected=${index === this.at} @click=${() => this.choose(item)} @pointermove=${() => { this.at = index; }}>
        ${icon(item.icon ?? "arrow-right")}<span class="cut grow" dir="auto">${item.label}</span>${item.hint ? html`<span class="hint cut" dir="auto">${item.hint}</span>` : nothing}
        ${item.checked ? html`<span role="img" aria-label=${t("Chosen")}>${icon("check")}</span>` : nothing}${item.keys ? html`<kbd dir="ltr" aria-hidden="true">${item.keys.toUpperCase()}</kbd>` : nothing}</div>`;
  }

  /** What comes later moves nothing that somebody has gone to. */
  willUpdate(changed) {
    if (!this.at || !this.here || !(changed.has("items") || changed.has("told"))) return;
    const at = this.found.findIndex(({ group, label }) => group === this.here.group && label === this.here.label);
    if (at >= 0) this.at = at;
  }

  updated(changed) {
    this.here = this.found[this.at];
    if (changed.has("at") || changed.has("query")) this.renderRoot.querySelector(`#o${this.at}`)?.scrollIntoView({ block: "nearest" });
  }

  /** With what was typed before it stood. */
  begin(text) {
    if (text) this.wonder(text);
  }

  typed(event) {
    this.wonder(event.target.value);
  }

  wonder(text) {
    this.query = text;
    this.at = 0;
    clearTimeout(this.timer);
    if (this.query.trim().length < 2) this.told = [];
    else if (this.find) this.timer = setTimeout(() => this.ask(this.query), TYPING);
  }

  /** What cannot be found now is left out: the rest works without it. */
  async ask(query) {
    const told = await this.find(query.trim()).catch(() => []);
    if (query === this.query) this.told = told;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  keys(event) {
    if (event.isComposing || event.keyCode === 229) return;
    const { length } = this.found;
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: PAGE, PageUp: -PAGE };
    if (event.key === "Tab") this.stay(event);
    else if (event.key === "Enter" && event.target.matches?.("input")) this.enter(event);
    else if (steps[event.key] && length) {
      event.preventDefault();
      const next = this.at + steps[event.key];
      this.at = Math.abs(steps[event.key]) === 1 ? (next + length) % length : Math.min(Math.max(0, next), length - 1);
    }
  }

  enter(event) {
    event.preventDefault();
    if (this.found[this.at]) this.choose(this.found[this.at]);
  }

  /** Two places take the focus; it goes round between them. */
  stay(event) {
    event.preventDefault();
    const target = event.target.matches("input") ? "button" : "input";
    this.renderRoot.querySelector(target).focus();
  }

  choose(item) {
    this.chosen = item;
    this.leave();
  }

  leave() {
    this.dialog.close();
  }

  closed() {
    // The dialog's own way back leaves a field without its caret: what one types then goes nowhere.
    this.before?.blur?.();
    this.before?.focus?.();
    this.dispatchEvent(new Event("close"));
    this.chosen?.run();
  }

  backdrop(event) {
    if (event.target === this.dialog) this.leave();
  }
}

/** Without the marks that one may write or leave out: é as e, أ as ا, ة as ه, ى as ي. */
const plain = (text) => String(text).normalize("NFKD").replaceAll(/\p{M}|\u0640/gu, "").replaceAll(/[أإآٱ]/g, "ا").replaceAll("ة", "ه").replaceAll("ى", "ي").toLowerCase();

/** Every word of the question is somewhere in the line; what begins with it comes first, groups stay together. */
function matching(items, query) {
  const words = plain(query).split(/\s+/).filter(Boolean);
  if (!words.length) return items;
  const ranked = items.map((item) => ({ item, rank: rank(item, words) })).filter(({ rank: at }) => at < Infinity).sort((a, b) => a.rank - b.rank);
  const order = new Map();
  for (const { item } of ranked) if (!order.has(item.group)) order.set(item.group, order.size);
  return ranked.map(({ item }) => item).sort((a, b) => order.get(a.group) - order.get(b.group));
}

function rank({ label, group, hint = "", words: more = "" }, words) {
  const own = plain(label);
  const all = `${own} ${plain(group)} ${plain(hint)} ${plain(more)}`;
  if (!words.every((word) => all.includes(word))) return Infinity;
  if (own.startsWith(words[0])) return 0;
  return words.every((word) => own.includes(word)) ? 1 : 2;
}

function deepest(element) {
  let found = element;
  while (found?.shadowRoot?.activeElement) found = found.shadowRoot.activeElement;
  return found === document.body ? null : found;
}

customElements.define("x-palette", Palette);
