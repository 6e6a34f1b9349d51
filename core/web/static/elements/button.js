import { LitElement, css, html, nothing } from "lit";
import { icon } from "../icons.js";
import { base } from "../styles.js";

/** <ui-button variant="primary | plain | danger" icon="send-horizontal" busy disabled type="submit">Words</ui-button> */
class Button extends LitElement {
  static formAssociated = true;
  static shadowRootOptions = { ...LitElement.shadowRootOptions, delegatesFocus: true };
  static properties = {
    variant: { reflect: true }, icon: {}, type: {}, label: {}, busy: { type: Boolean, reflect: true }, disabled: { type: Boolean, reflect: true },
  };
  static styles = [base, css`
    :host { display: inline-block; }
    button { display: inline-flex; align-items: center; justify-content: center; gap: var(--sp-2); inline-size: 100%; min-block-size: 36px; padding: 0 var(--sp-3); border: 1px solid var(--line); border-radius: var(--r-md); background: var(--surface); color: var(--text); font-weight: 550; white-space: nowrap; }
    button:hover { background: var(--surface-2); }
    :host([variant=primary]) button { border-color: transparent; background: var(--accent); color: var(--accent-fg); font-weight: 600; padding: 0 var(--sp-4); }
    :host([variant=primary]) button:hover { background: var(--accent-strong); }
    :host([variant=plain]) button { border-color: transparent; background: none; color: var(--text-2); }
    :host([variant=plain]) button:hover { background: var(--surface-2); color: var(--text); }
    :host([variant=danger]) button { color: var(--bad); }
    :host([disabled]) button, :host([busy]) button { opacity: .6; }
    .icon { inline-size: 17px; block-size: 17px; }
    @media (pointer: coarse) { button { min-block-size: 44px; } }
  `];

  #internals = this.attachInternals();

  render() {
    return html`<button type="button" ?disabled=${this.disabled} aria-busy=${this.busy ? "true" : nothing}
      aria-label=${this.label ?? nothing} @click=${this.press}>${this.icon ? icon(this.icon) : nothing}<slot></slot></button>`;
  }

  press(event) {
    if (this.busy) event.stopImmediatePropagation();
    else if (this.type === "submit") this.#internals.form?.requestSubmit();
  }
}

customElements.define("ui-button", Button);
