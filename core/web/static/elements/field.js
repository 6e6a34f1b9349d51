import { LitElement, css, html, nothing } from "lit";
import { live } from "lit/directives/live.js";
import { base } from "../styles.js";

/** <ui-field label="Name" name="name" value="…" error="…" hint="…" type="text | email | tel | select" .options=${[[value, label]]}> */
class Field extends LitElement {
  static formAssociated = true;
  static shadowRootOptions = { ...LitElement.shadowRootOptions, delegatesFocus: true };
  static properties = {
    label: {}, name: {}, value: {}, error: {}, hint: {}, type: {}, options: { attribute: false }, ltr: { type: Boolean }, required: { type: Boolean },
  };
  static styles = [base, css`
    :host { margin-block-end: var(--sp-3); }
    label { display: block; font-size: var(--fs-preview); font-weight: 550; margin-block-end: var(--sp-1); }
    input, select { inline-size: 100%; min-block-size: 40px; border: 1px solid var(--line-strong); border-radius: var(--r-md); background: var(--surface); padding: 8px 12px; }
    [aria-invalid=true] { border-color: var(--bad); }
    .hint { font-size: var(--fs-sm); color: var(--text-3); margin-block-start: var(--sp-1); }
    .error { font-size: var(--fs-sm); color: var(--bad); margin-block-start: var(--sp-1); }
    @media (pointer: coarse) { input, select { min-block-size: 44px; } }
  `];

  #internals = this.attachInternals();

  render() {
    const described = this.error || this.hint ? "note" : nothing;
    const invalid = this.error ? "true" : nothing;
    const control = this.options
      ? html`<select id="control" aria-describedby=${described} aria-invalid=${invalid} .value=${live(this.value ?? "")} @change=${this.typed}>
          ${this.options.map(([value, label]) => html`<option value=${value} ?selected=${value === (this.value ?? "")}>${label}</option>`)}</select>`
      : html`<input id="control" type=${this.type ?? "text"} dir=${this.ltr ? "ltr" : "auto"} autocomplete="off" ?required=${this.required}
          aria-describedby=${described} aria-invalid=${invalid} .value=${live(this.value ?? "")} @input=${this.typed} @keydown=${this.enter}>`;
    return html`<label for="control">${this.label}</label>${control}
      ${described === nothing ? nothing : html`<p id="note" class=${this.error ? "error" : "hint"}>${this.error || this.hint}</p>`}`;
  }

  updated() {
    this.#internals.setFormValue(this.value ?? "");
  }

  typed(event) {
    this.value = event.target.value;
    this.error = "";
    this.dispatchEvent(new Event("input", { bubbles: true }));
  }

  enter(event) {
    if (event.key === "Enter" && !event.isComposing) this.#internals.form?.requestSubmit();
  }
}

customElements.define("ui-field", Field);
