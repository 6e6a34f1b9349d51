import { css, html, nothing } from "lit";
import { Panel, define, t } from "@comptoir/sdk";
import { TONES, groups, keepTone, recent, search, tone, toned, used } from "./words.js";

const ICONS = { recent: "🕘", smileys_emotion: "😀", people_body: "👋", animals_nature: "🐻", food_drink: "🍔", travel_places: "✈️", activities: "⚽", objects: "💡", symbols: "❤️", flags: "🏁" };
const named = () => ({ recent: t("Used last"), smileys_emotion: t("Smileys"), people_body: t("People"), animals_nature: t("Animals and nature"), food_drink: t("Food"), travel_places: t("Travel"), activities: t("Activities"), objects: t("Objects"), symbols: t("Symbols"), flags: t("Flags") });
const COLUMNS = 8;

/** Every emoji, by group or by its name. Fires "choose" with one, and "close". */
class Emojis extends Panel {
  static properties = { group: { state: true }, query: { state: true }, found: { state: true }, all: { state: true }, tone: { state: true }, error: { state: true } };
  static styles = [...Panel.styles, css`
    :host { position: absolute; z-index: 4; inset-inline-start: var(--sp-4); inset-block-end: calc(100% + 4px); inline-size: min(340px, calc(100% - 2 * var(--sp-4))); border: 1px solid var(--line); border-radius: var(--r-md); background: var(--surface); box-shadow: var(--sh-float); padding: var(--sp-2); }
    :host([plain]) { position: static; inline-size: auto; border: 0; box-shadow: none; padding: 0; }
    .top { display: flex; gap: var(--sp-2); } input { flex: 1; min-inline-size: 0; min-block-size: 36px; padding: 6px 10px; border: 1px solid var(--line-strong); border-radius: var(--r-md); background: var(--surface); } input::placeholder { color: var(--text-3); opacity: 1; }
    select { border: 1px solid var(--line-strong); border-radius: var(--r-md); background: var(--surface); min-block-size: 36px; }
    .groups { display: flex; gap: 1px; margin-block: var(--sp-2); overflow-x: auto; scrollbar-width: none; } .groups button { border: 0; background: none; border-radius: var(--r-sm); min-inline-size: 32px; min-block-size: 32px; flex: 1; filter: grayscale(1); opacity: .75; } .groups [aria-selected=true] { background: var(--accent-soft); filter: none; opacity: 1; } .groups button:hover { background: var(--surface-2); }
    .grid { display: grid; grid-template-columns: repeat(8, 1fr); max-block-size: min(260px, 34dvh); overflow-y: auto; overscroll-behavior: contain; } .grid button { border: 0; background: none; border-radius: var(--r-sm); font-size: 1.35rem; line-height: 1; min-block-size: 38px; padding: 0; } .grid button:hover, .grid button:focus-visible { background: var(--surface-2); }
    .none { color: var(--text-3); padding: var(--sp-3); } h3 { font-size: var(--fs-sm); color: var(--text-3); font-weight: 600; margin-block-end: 4px; }
    @media (max-width: 760px) { :host(:not([plain])) { inset-inline: var(--sp-2); inline-size: auto; } input, select { min-block-size: 44px; font-size: max(16px, var(--fs-md)); } .grid button { min-block-size: 44px; } .groups button { min-block-size: 44px; } }
  `];

  connectedCallback() {
    super.connectedCallback();
    Object.assign(this, { query: "", tone: tone(), group: recent().length ? "recent" : "smileys_emotion" });
    this.load();
    const outside = (event) => { if (!event.composedPath().some((one) => one === this || one.dataset?.emojis !== undefined)) this.close(); };
    const listening = setTimeout(() => document.addEventListener("pointerdown", outside));
    this.cleanup(() => { clearTimeout(listening); document.removeEventListener("pointerdown", outside); });
  }

  firstUpdated() {
    this.renderRoot.querySelector("input").focus();
  }

  async load() {
    this.error = null;
    try {
      this.all = await groups();
    } catch (error) {
      this.error = error;
    }
  }

  async look(event) {
    this.query = event.target.value;
    const { query } = this;
    const found = query.trim() ? await search(query).catch(() => []) : null;
    if (query === this.query) this.found = found;
  }

  get shown() {
    if (this.found) return this.found;
    if (this.group === "recent") return recent().map((emoji) => ({ emoji, name: this.nameOf(emoji), toned: false }));
    return this.all?.find(([slug]) => slug === this.group)?.[1] ?? [];
  }

  nameOf(emoji) {
    const bare = emoji.replaceAll(/\p{Emoji_Modifier}/gu, "");
    return this.all?.flatMap(([, emojis]) => emojis).find((one) => one.emoji === emoji || one.emoji.replaceAll("\uFE0F", "") === bare.replaceAll("\uFE0F", ""))?.name ?? emoji;
  }

  render() {
    const names = named();
    const tones = [t("Without a skin tone"), t("Light"), t("Medium light"), t("Medium"), t("Medium dark"), t("Dark")];
    return html`<div role="group" aria-label=${t("Emoji")} @keydown=${this.keys}><div class="top"><input type="search" aria-label=${t("Search emoji")} placeholder=${t("Search emoji")} @input=${this.look}>
        <select aria-label=${t("Skin tone")} @change=${this.turn}>${TONES.map((one, at) => html`<option value=${one} ?selected=${one === this.tone} aria-label=${tones[at]}>✋${one}</option>`)}</select></div>
      ${this.query ? nothing : html`<div class="groups" role="tablist" aria-label=${t("Kinds of emoji")}>${Object.entries(ICONS).map(([slug, picture]) => html`<button role="tab" aria-selected=${String(slug === this.group)} tabindex=${slug === this.group ? 0 : -1} aria-label=${names[slug]} title=${names[slug]} @click=${() => { this.group = slug; }}>${picture}</button>`)}</div>`}
      ${this.content(names)}</div>`;
  }

  content(names) {
    if (this.error) return html`<ui-error text=${t("The emojis could not be loaded.")} .error=${this.error} @retry=${this.load}></ui-error>`;
    if (!this.all) return html`<ui-skeleton rows="2"></ui-skeleton>`;
    const { shown } = this;
    if (!shown.length) return html`<p class="none" role="status">${this.query ? t("No emoji for “{query}”.", { query: this.query }) : t("Those you use stand here.")}</p>`;
    return html`<h3>${this.query ? t("Found") : names[this.group]}</h3><div class="grid">${shown.map((one, at) => {
      const emoji = toned(one, this.tone);
      return html`<button tabindex=${at ? -1 : 0} aria-label=${one.name} title=${one.name} @click=${() => this.choose(emoji)}>${emoji}</button>`;
    })}</div>`;
  }

  turn(event) {
    this.tone = event.target.value;
    keepTone(this.tone);
  }

  choose(emoji) {
    used(emoji);
    this.dispatchEvent(new CustomEvent("choose", { detail: emoji }));
  }

  close() {
    this.dispatchEvent(new Event("close"));
  }

  keys(event) {
    const target = event.composedPath()[0];
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      return this.close();
    }
    if (target.matches("input") && (event.key === "ArrowDown" || event.key === "Enter")) return this.go(event, 0, event.key === "Enter");
    const turned = getComputedStyle(this).direction === "rtl" ? -1 : 1;
    const step = { ArrowRight: turned, ArrowLeft: -turned, ArrowDown: COLUMNS, ArrowUp: -COLUMNS }[event.key];
    if (!step) return undefined;
    if (target.matches("[role=tab]")) return this.tab(event, Math.sign(step));
    const at = [...this.renderRoot.querySelectorAll(".grid button")].indexOf(target);
    return at < 0 ? undefined : this.go(event, at + step);
  }

  go(event, to, press = false) {
    const buttons = [...this.renderRoot.querySelectorAll(".grid button")];
    event.preventDefault();
    if (press) buttons[0]?.click();
    else if (to < 0) this.renderRoot.querySelector("input").focus();
    else buttons[Math.min(to, buttons.length - 1)]?.focus();
  }

  async tab(event, step) {
    event.preventDefault();
    const slugs = Object.keys(ICONS);
    this.group = slugs[(slugs.indexOf(this.group) + step + slugs.length) % slugs.length];
    await this.updateComplete;
    this.renderRoot.querySelector("[role=tab][aria-selected=true]").focus();
  }
}

define("inbox-emojis", Emojis);
