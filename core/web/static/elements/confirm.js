import { LitElement, css, html, nothing } from "lit";
import { t } from "../i18n.js";
import { base } from "../styles.js";

/** <ui-confirm>: the dialog behind `confirm()`. Not to be written by hand. */
class Confirm extends LitElement {
  static properties = { question: { attribute: false }, typed: { state: true } };
  static styles = [base, css`
    p { color: var(--text-2); } ui-field { margin-block: var(--sp-4) 0; }
  `];

  get ready() {
    return !this.question.typed || this.typed?.trim() === this.question.typed;
  }

  render() {
    const { heading, text, act, cancel, danger, typed, label } = this.question;
    return html`<ui-dialog open heading=${heading} @close=${() => this.answer(false)}>
      <p dir="auto">${text}</p>
      ${typed ? html`<ui-field ltr label=${label} .value=${this.typed ?? ""} @input=${(event) => { this.typed = event.target.value; }}></ui-field>` : nothing}
      <ui-button slot="actions" @click=${() => this.answer(false)}>${cancel ?? t("Cancel")}</ui-button>
      <ui-button slot="actions" variant=${danger ? "danger" : "primary"} ?disabled=${!this.ready} @click=${() => this.ready && this.answer(true)}>${act}</ui-button>
    </ui-dialog>`;
  }

  answer(agreed) {
    this.remove();
    this.resolve(agreed);
    if (this.asker?.isConnected) this.asker.focus();
  }
}

customElements.define("ui-confirm", Confirm);

/**
 * Asks before what cannot be taken back: confirm({ heading, text, act, cancel, danger, typed, label }) → Promise<boolean>.
 * With `typed`, that word must be typed into the field called `label` first. Prefer an undo where one is possible.
 */
export function confirm(question) {
  return new Promise((resolve) => {
    const asker = deepest(document.activeElement);
    document.body.append(Object.assign(document.createElement("ui-confirm"), { question, resolve, asker }));
  });
}

const deepest = (element) => (element?.shadowRoot?.activeElement ? deepest(element.shadowRoot.activeElement) : element);
