import { LitElement, css, html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { icon } from "../icons.js";
import { t } from "../i18n.js";
import { base } from "../styles.js";

/**
 * <ui-picker name="teams" label="Teams" .options=${[{ value, label, hint }]} .value=${[…]} hint="…" error="…">
 * Several of many. Typing searches, arrows move, Enter takes, Backspace in an empty field lets the last one go.
 */
class Picker extends LitElement {
  static formAssociated = true;
  static shadowRootOptions = { ...LitElement.shadowRootOptions, delegatesFocus: true };
  static properties = {
    name: { reflect: true }, label: {}, hint: {}, error: {}, placeholder: {}, options: { attribute: false }, value: { attribute: false },
    disabled: { type: Boolean, reflect: true }, query: { state: true }, active: { state: true }, open: { state: true },
  };
  static styles = [base, css`
    :host { margin-block-end: var(--sp-3); position: relative; }
    label { display: block; font-size: var(--fs-preview); font-weight: 550; margin-block-end: var(--sp-1); }
    .box { display: flex; flex-wrap: wrap; gap: 4px; align-items: center; min-block-size: 40px; padding: 4px 6px; border: 1px solid var(--line-strong); border-radius: var(--r-md); background: var(--surface); cursor: text; }
    .box:focus-within { box-shadow: var(--ring); } .box.invalid { border-color: var(--bad); }
    .chip { display: inline-flex; align-items: center; max-inline-size: 100%; border-radius: var(--r-sm); background: var(--surface-2); border: 1px solid var(--line); padding-inline-start: var(--sp-2); font-size: var(--fs-preview); }
    .chip button { display: grid; place-items: center; inline-size: 24px; block-size: 26px; border: 0; background: none; color: var(--text-3); border-radius: var(--r-sm); } .chip button:hover { color: var(--text); }
    input { flex: 1 1 90px; min-inline-size: 60px; border: 0; outline: 0; background: none; padding: 4px 6px; min-block-size: 28px; } input:focus-visible { box-shadow: none; }
    ::placeholder { color: var(--text-3); opacity: 1; }
    ul { position: fixed; inset: 0 auto auto 0; margin: 0; max-block-size: min(240px, 40dvh); overflow-y: auto; padding: 5px; color: var(--text); border: 1px solid var(--line); border-radius: var(--r-md); background: var(--surface); box-shadow: var(--sh-float); }
    li { display: flex; align-items: baseline; gap: var(--sp-2); padding: 7px 10px; border-radius: var(--r-sm); cursor: pointer; } li.active { background: var(--surface-2); } li small { color: var(--text-3); font-size: var(--fs-sm); }
    .none { color: var(--text-3); cursor: default; }
    .note { font-size: var(--fs-sm); color: var(--text-3); margin-block-start: var(--sp-1); } .note.error { color: var(--bad); }
    @media (pointer: coarse) { .box { min-block-size: 44px; } input { font-size: max(16px, var(--fs-md)); } li { padding-block: 12px; } .chip button { inline-size: 36px; block-size: 34px; } }
  `];

  #internals = this.attachInternals();

  constructor() {
    super();
    Object.assign(this, { options: [], value: [], query: "", active: 0, open: false });
  }

  get found() {
    const query = this.query.trim().toLocaleLowerCase();
    return this.options.filter(({ value, label, hint }) => !this.value.includes(value) && `${label} ${hint ?? ""}`.toLocaleLowerCase().includes(query));
  }

  render() {
    const { found } = this;
    const note = this.error || this.hint;
    return html`<label for="input">${this.label}</label>
      <div class="box ${this.error ? "invalid" : ""}" @click=${() => this.input.focus()}>
        ${repeat(this.chosen, ({ value }) => value, (option) => html`<span class="chip"><span class="cut" dir="auto">${option.label}</span>
          ${this.disabled ? nothing : html`<button type="button" tabindex="-1" aria-label=${t("Remove {name}", { name: option.label })} @click=${(event) => { event.stopPropagation(); this.drop(option.value); }}>${icon("x", "small")}</button>`}</span>`)}
        <input id="input" role="combobox" autocomplete="off" dir=${this.query ? "auto" : nothing} aria-expanded=${String(this.open)} aria-controls="list" aria-autocomplete="list" ?disabled=${this.disabled}
          aria-activedescendant=${this.open && found[this.active] ? `option-${this.active}` : nothing} aria-describedby=${note ? "note" : nothing} aria-invalid=${this.error ? "true" : nothing}
          placeholder=${this.value.length ? nothing : this.placeholder ?? nothing} .value=${this.query} @input=${this.search} @keydown=${this.press} @click=${this.unfold} @blur=${this.fold}></div>
      <ul id="list" popover="manual" role="listbox" aria-label=${this.label} @mousedown=${(event) => event.preventDefault()}>
        ${this.open ? found.map((option, index) => html`<li id="option-${index}" role="option" aria-selected="false" class=${index === this.active ? "active" : ""} @click=${() => this.take(option)}>
          <span class="cut" dir="auto">${option.label}</span>${option.hint ? html`<small class="cut" dir="auto">${option.hint}</small>` : nothing}</li>`) : nothing}
        ${found.length || !this.open ? nothing : html`<li class="none" role="option" aria-disabled="true" aria-selected="false">${this.query ? t("Nothing found.") : t("Nothing more to choose.")}</li>`}</ul>
      ${note ? html`<p id="note" class=${this.error ? "note error" : "note"}>${note}</p>` : nothing}
      <span class="sr" role="status">${this.said ?? ""}</span>`;
  }

  get chosen() {
    return this.value.map((value) => this.options.find((option) => option.value === value) ?? { value, label: value });
  }

  get input() {
    return this.renderRoot.querySelector("input");
  }

  get list() {
    return this.renderRoot.querySelector("ul");
  }

  updated() {
    this.#internals.setFormValue(this.value.join(","));
    if (this.open) this.place();
    this.renderRoot.querySelector("li.active")?.scrollIntoView({ block: "nearest" });
  }

  /** In front of everything, a dialog that scrolls included: under the field, or above it where there is no room. */
  place() {
    const { list } = this;
    if (!list.matches(":popover-open")) list.showPopover();
    const { left, top, bottom, width } = this.renderRoot.querySelector(".box").getBoundingClientRect();
    list.style.inlineSize = `${width}px`;
    const below = bottom + 4 + list.offsetHeight <= innerHeight - 8;
    list.style.translate = `${left}px ${below ? bottom + 4 : Math.max(8, top - list.offsetHeight - 4)}px`;
  }

  unfold = () => {
    this.open = true;
    addEventListener("scroll", this.follow, { capture: true, passive: true });
  };

  fold = () => {
    removeEventListener("scroll", this.follow, { capture: true });
    if (this.list.matches(":popover-open")) this.list.hidePopover();
    Object.assign(this, { open: false, query: "", active: 0 });
  };

  follow = ({ target }) => target !== this.list && this.open && this.place();

  disconnectedCallback() {
    super.disconnectedCallback();
    removeEventListener("scroll", this.follow, { capture: true });
  }

  search(event) {
    event.stopPropagation();
    Object.assign(this, { query: event.target.value, active: 0 });
    this.unfold();
  }

  press(event) {
    if (event.isComposing) return;
    const { found } = this;
    const steps = { ArrowDown: this.active + 1, ArrowUp: this.active - 1 };
    if (event.key in steps) this.active = this.open ? (steps[event.key] + found.length) % Math.max(found.length, 1) : 0;
    else if (event.key === "Enter" && this.open && found.length) this.take(found[this.active]);
    else if (event.key === "Escape" && this.open) this.fold();
    else if (event.key === "Backspace" && !this.query && this.value.length) return this.drop(this.value.at(-1));
    else return;
    if (event.key.startsWith("Arrow")) this.unfold();
    event.preventDefault();
    event.stopPropagation();
  }

  take({ value, label }) {
    this.said = t("{name} chosen", { name: label });
    Object.assign(this, { query: "", active: Math.max(0, Math.min(this.active, this.found.length - 2)) });
    this.change([...this.value, value]);
  }

  /** The list stays shut: it would cover what somebody is going to press next. */
  drop(gone) {
    this.said = t("{name} removed", { name: this.chosen.find(({ value }) => value === gone)?.label ?? gone });
    this.change(this.value.filter((value) => value !== gone));
    this.input.focus();
  }

  change(value) {
    Object.assign(this, { value, error: "" });
    this.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

customElements.define("ui-picker", Picker);
