import { LitElement, html } from "lit";
import { t } from "../i18n.js";
import { base } from "../styles.js";

const SAID = 2_000; // ms

/** <ui-copy text="…">Copy the link</ui-copy>: puts `text` on the clipboard and says so. */
class Copy extends LitElement {
  static properties = { text: {}, icon: {}, variant: {}, copied: { state: true } };
  static styles = [base];

  render() {
    return html`<ui-button icon=${this.copied ? "check" : this.icon ?? "copy"} variant=${this.variant ?? ""} @click=${this.copy}>${
      this.copied ? t("Copied") : html`<slot>${t("Copy")}</slot>`}</ui-button><span class="sr" role="status">${this.copied ? t("Copied") : ""}</span>`;
  }

  async copy() {
    await toClipboard(this.text ?? "");
    this.copied = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { this.copied = false; }, SAID);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }
}

/** Over plain HTTP (an inbox on the local network) there is no clipboard API: the selection does it. */
export async function toClipboard(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = Object.assign(document.createElement("textarea"), { value: text, readOnly: true });
  const focused = document.activeElement;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
  focused?.focus();
}

customElements.define("ui-copy", Copy);
