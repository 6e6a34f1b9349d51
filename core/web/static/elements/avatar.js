import { LitElement, css, html } from "lit";
import { base } from "../styles.js";

const HUES = [20, 70, 120, 165, 210, 250, 295, 340];

/** Two letters that stand for a name; a phone number has none and shows its last two digits. */
export function initials(name) {
  const words = (name ?? "").replace(/[@+]/g, "").trim().split(/\s+/).filter(Boolean);
  if (!words.length) return "?";
  if (/^\d+$/.test(words[0])) return words[0].slice(-2);
  const first = (word) => [...word][0].toLocaleUpperCase();
  return words.length > 1 ? first(words[0]) + first(words.at(-1)) : [...words[0]].slice(0, 2).join("").toLocaleUpperCase();
}

const hueOf = (text) => HUES[[...text].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) >>> 0, 7) % HUES.length];

/** <ui-avatar name="Hugo Bernard" size="large"></ui-avatar>: decoration, the name stands beside it. */
class Avatar extends LitElement {
  static properties = { name: {}, size: { reflect: true } };
  static styles = [base, css`
    :host { inline-size: 40px; block-size: 40px; border-radius: 50%; display: grid; place-items: center; font-weight: 600; font-size: var(--fs-sm); flex: none; background: light-dark(oklch(var(--avatar-light) var(--h)), oklch(var(--avatar-dark) var(--h))); color: light-dark(oklch(var(--avatar-ink-light) var(--h)), oklch(var(--avatar-ink-dark) var(--h))); user-select: none; }
    :host([size=large]) { inline-size: 64px; block-size: 64px; font-size: var(--fs-xl); }
    :host([size=small]) { inline-size: 28px; block-size: 28px; font-size: 10px; }
  `];
  connectedCallback() {
    super.connectedCallback();
    this.ariaHidden = "true";
  }
  willUpdate() {
    this.style.setProperty("--h", hueOf(this.name ?? ""));
  }
  render() {
    return html`<span dir="auto" .textContent=${initials(this.name)}></span>`;
  }
}

customElements.define("ui-avatar", Avatar);
