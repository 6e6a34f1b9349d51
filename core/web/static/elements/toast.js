import { LitElement, css, html, nothing } from "lit";
import { base } from "../styles.js";

const SECONDS = { read: 5, act: 8 };

/** A word at the bottom of the screen, with at most one way to act on it. */
class Toast extends LitElement {
  static properties = { text: {}, action: { attribute: false } };
  static styles = [base, css`
    :host { display: flex; align-items: center; gap: var(--sp-4); background: var(--toast); color: var(--toast-fg); border-radius: var(--r-md); padding: 10px var(--sp-4); box-shadow: var(--sh-float); max-inline-size: 100%; }
    button { border: 0; background: none; padding: 4px; color: var(--toast-action); font-weight: 650; white-space: nowrap; }
    @media (prefers-reduced-motion: no-preference) { :host { animation: rise var(--motion) ease-out; } @keyframes rise { from { opacity: 0; translate: 0 6px; } } }
  `];
  render() {
    return html`<span>${this.text}</span>${this.action ? html`<button @click=${this.act}>${this.action.label}</button>` : nothing}`;
  }
  act() {
    this.remove();
    this.action.run();
  }
}

customElements.define("ui-toast", Toast);

/** toast({ text, action: { label, run }, seconds }). Returns how to take it back. */
export function toast({ text, action, seconds = action ? SECONDS.act : SECONDS.read }) {
  const element = Object.assign(document.createElement("ui-toast"), { text, action });
  document.querySelector(".toasts")?.append(element);
  const timer = setTimeout(() => element.remove(), seconds * 1000);
  return () => {
    clearTimeout(timer);
    element.remove();
  };
}
