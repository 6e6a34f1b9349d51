import { LitElement, css, html, nothing } from "lit";
import { live } from "lit/directives/live.js";
import { icon } from "../icons.js";
import { t } from "../i18n.js";
import { base } from "../styles.js";

/**
 * <ui-field label="Name" name="name" value="…" error="…" hint="…" type="text | email | tel | password | textarea | …"
 *   rows="4" autocomplete="name" inputmode="numeric" ltr required disabled .options=${[[value, label]]}
 *   .suggestions=${[value]}></ui-field>
 */
class Field extends LitElement {
  static formAssociated = true;
  static shadowRootOptions = { ...LitElement.shadowRootOptions, delegatesFocus: true };
  static properties = {
    label: {}, name: { reflect: true }, value: {}, error: {}, hint: {}, type: {}, rows: { type: Number }, autocomplete: {}, placeholder: {}, inputmode: {},
    options: { attribute: false }, suggestions: { attribute: false }, ltr: { type: Boolean }, required: { type: Boolean }, disabled: { type: Boolean, reflect: true }, seen: { state: true },
  };
  static styles = [base, css`
    :host { margin-block-end: var(--sp-3); }
    label { display: block; font-size: var(--fs-preview); font-weight: 550; margin-block-end: var(--sp-1); }
    input, select, textarea { inline-size: 100%; min-block-size: 40px; border: 1px solid var(--line-strong); border-radius: var(--r-md); background: var(--surface); padding: 8px 12px; }
    textarea { display: block; resize: vertical; line-height: var(--lh); }
    ::placeholder { color: var(--text-3); opacity: 1; }
    :disabled { opacity: .7; background: var(--surface-2); }
    .secret { position: relative; } .secret input { padding-inline-end: 44px; } .secret .ib { position: absolute; inset-inline-end: 2px; inset-block: 0; margin-block: auto; }
    .secret input::-ms-reveal { display: none; }
    [aria-invalid=true] { border-color: var(--bad); }
    .hint { font-size: var(--fs-sm); color: var(--text-3); margin-block-start: var(--sp-1); }
    .error { font-size: var(--fs-sm); color: var(--bad); margin-block-start: var(--sp-1); }
    @media (pointer: coarse) { input, select { min-block-size: 44px; } input, select, textarea { font-size: max(16px, var(--fs-md)); } }
  `];

  #internals = this.attachInternals();

  render() {
    const note = this.error || this.hint;
    return html`<label for="control">${this.label}</label>${this.control(note ? "note" : nothing, this.error ? "true" : nothing)}
      ${note ? html`<p id="note" class=${this.error ? "error" : "hint"}>${note}</p>` : nothing}`;
  }

  control(described, invalid) {
    if (this.options) return html`<select id="control" ?disabled=${this.disabled} aria-describedby=${described} aria-invalid=${invalid} .value=${live(this.value ?? "")} @change=${this.typed}>
      ${this.options.map(([value, label]) => html`<option value=${value} ?selected=${value === (this.value ?? "")}>${label}</option>`)}</select>`;
    // An empty field is written from the side of the page, a filled one from the side of its first letter.
    const direction = this.ltr || this.type === "password" ? "ltr" : this.value ? "auto" : nothing;
    if (this.type === "textarea") return html`<textarea id="control" rows=${this.rows ?? 4} dir=${direction} placeholder=${this.placeholder ?? nothing} ?required=${this.required} ?disabled=${this.disabled}
      aria-describedby=${described} aria-invalid=${invalid} .value=${live(this.value ?? "")} @input=${this.typed}></textarea>`;
    const input = html`<input id="control" type=${this.seen ? "text" : this.type ?? "text"} dir=${direction} autocomplete=${this.autocomplete ?? "off"} inputmode=${this.inputmode ?? nothing} list=${this.suggestions?.length ? "known" : nothing} placeholder=${this.placeholder ?? nothing}
      ?required=${this.required} ?disabled=${this.disabled} aria-describedby=${described} aria-invalid=${invalid} .value=${live(this.value ?? "")} @input=${this.typed} @keydown=${this.enter}>${this.suggestions?.length ? html`<datalist id="known">${this.suggestions.map((one) => html`<option value=${one}></option>`)}</datalist>` : nothing}`;
    return this.type === "password" ? html`<div class="secret" dir="ltr">${input}<button type="button" class="ib" aria-pressed=${this.seen ? "true" : "false"}
      aria-label=${t("Show password")} @click=${() => { this.seen = !this.seen; }}>${icon(this.seen ? "eye-off" : "eye", "small")}</button></div>` : input;
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
