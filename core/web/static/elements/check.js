import { LitElement, css, html, nothing } from "lit";
import { live } from "lit/directives/live.js";
import { base } from "../styles.js";

/** <ui-check name="…" label="…" hint="…" checked indeterminate disabled>: a box to tick. Fires "input"; a form hears it. */
class Check extends LitElement {
  static formAssociated = true;
  static shadowRootOptions = { ...LitElement.shadowRootOptions, delegatesFocus: true };
  static properties = {
    name: { reflect: true }, label: {}, hint: {}, error: {}, value: {}, checked: { type: Boolean }, indeterminate: { type: Boolean },
    disabled: { type: Boolean, reflect: true },
  };
  static styles = [base, css`
    :host { margin-block-end: var(--sp-2); }
    label { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 0 var(--sp-3); align-items: start; padding-block: 6px; cursor: pointer; }
    :host([disabled]) label { cursor: default; color: var(--text-3); }
    input { margin: 0; margin-block-start: .15em; inline-size: 18px; block-size: 18px; accent-color: var(--accent); flex: none; }
    .note { grid-column: 2; font-size: var(--fs-sm); color: var(--text-3); } .note.error { color: var(--bad); }
    @media (pointer: coarse) { label { padding-block: 11px; min-block-size: 44px; } }
  `];

  #internals = this.attachInternals();

  render() {
    const note = this.error || this.hint;
    return html`<label>${this.box(note ? "note" : nothing)}<span class="words"><bdi>${this.label}</bdi><slot></slot></span>
      ${note ? html`<span id="note" class=${this.error ? "note error" : "note"}>${note}</span>` : nothing}</label>`;
  }

  box(described) {
    return html`<input type="checkbox" role=${this.constructor.role ?? nothing} aria-describedby=${described} aria-invalid=${this.error ? "true" : nothing} ?disabled=${this.disabled}
      .checked=${live(Boolean(this.checked))} .indeterminate=${live(Boolean(this.indeterminate))} @input=${(event) => event.stopPropagation()} @change=${this.ticked}>`;
  }

  updated() {
    this.#internals.setFormValue(this.checked ? this.value ?? "on" : null);
  }

  ticked(event) {
    this.checked = event.target.checked;
    this.indeterminate = false;
    this.error = "";
    this.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

/** <ui-switch>: the same, for what takes effect at once. */
class Switch extends Check {
  static role = "switch";
  static styles = [...Check.styles, css`
    label { grid-template-columns: minmax(0, 1fr) auto; align-items: center; } .words { grid-row: 1; grid-column: 1; } input { grid-column: 2; } .note { grid-column: 1; }
    input { appearance: none; inline-size: 36px; block-size: 20px; border-radius: var(--r-full); background: var(--line-strong); position: relative; margin-block-start: 0; cursor: inherit; transition: background var(--motion); }
    input::after { content: ""; position: absolute; inset-block: 2px; inset-inline-start: 2px; inline-size: 16px; border-radius: 50%; background: var(--surface); transition: inset-inline-start var(--motion); }
    input:checked { background: var(--accent); } input:checked::after { inset-inline-start: 18px; }
    input:disabled { opacity: .55; } input:focus-visible { border-radius: var(--r-full); }
    @media (forced-colors: active) { input { appearance: auto; } }
  `];
}

customElements.define("ui-check", Check);
customElements.define("ui-switch", Switch);
