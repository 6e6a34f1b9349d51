import { LitElement, css, html, nothing } from "lit";
import { icon } from "../icons.js";
import { t } from "../i18n.js";
import { base } from "../styles.js";
import "./copy.js";

/**
 * <ui-secret text="ck_…" heading="Your new key" filename="key.txt"></ui-secret>: what is shown once and never again.
 * `text` may be several lines. With `filename` it can be downloaded. `saved` turns true when the person says they kept it.
 */
class Secret extends LitElement {
  static shadowRootOptions = { ...LitElement.shadowRootOptions, delegatesFocus: true };
  static properties = { text: {}, heading: {}, warning: {}, filename: {}, confirmable: { type: Boolean }, saved: { type: Boolean, reflect: true } };
  static styles = [base, css`
    :host { border: 1px solid var(--line); border-radius: var(--r-md); background: var(--note); padding: var(--sp-4); }
    .head { display: flex; gap: var(--sp-2); align-items: start; color: var(--text); } .head .icon { color: var(--warn); margin-block-start: .1em; } strong { font-weight: 650; } .head p { color: var(--text-2); font-size: var(--fs-preview); text-wrap: pretty; }
    pre { margin: var(--sp-3) 0; padding: var(--sp-3); border-radius: var(--r-sm); background: var(--surface); border: 1px solid var(--line); font: 500 var(--fs-md)/1.6 ui-monospace, "SF Mono", Menlo, Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere; text-align: start; }
    pre.many { columns: 2; column-gap: var(--sp-5); }
    .acts { display: flex; flex-wrap: wrap; gap: var(--sp-2); }
    .kept { display: flex; gap: var(--sp-2); align-items: center; margin-block-start: var(--sp-3); min-block-size: 32px; } input { inline-size: 18px; block-size: 18px; margin: 0; accent-color: var(--accent); }
  `];

  render() {
    const many = (this.text ?? "").includes("\n");
    return html`<div class="head">${icon("triangle-alert")}<div><strong>${this.heading}</strong><p>${this.warning ?? t("This is shown only once. Keep it somewhere safe now: nobody can show it again, an administrator included.")}</p></div></div>
      <pre dir="ltr" class=${many ? "many" : ""} tabindex="0" aria-label=${this.heading}>${this.text}</pre>
      <div class="acts"><ui-copy .text=${this.text}></ui-copy>${this.filename ? html`<ui-button icon="download" @click=${this.download}>${t("Download")}</ui-button>` : nothing}</div>
      ${this.confirmable ? html`<label class="kept"><input type="checkbox" .checked=${Boolean(this.saved)} @change=${this.keep}>${t("I have kept it")}</label>` : nothing}`;
  }

  download() {
    const url = URL.createObjectURL(new Blob([`${this.text}\n`], { type: "text/plain" }));
    Object.assign(document.createElement("a"), { href: url, download: this.filename }).click();
    setTimeout(() => URL.revokeObjectURL(url), 1_000);
  }

  keep(event) {
    this.saved = event.target.checked;
    this.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

customElements.define("ui-secret", Secret);
