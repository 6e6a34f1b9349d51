import { LitElement, css, html } from "lit";
import { icon } from "../icons.js";
import { t } from "../i18n.js";
import { base } from "../styles.js";

/**
 * <ui-dialog heading="…" open>content <ui-button slot="actions">…</ui-button></ui-dialog>. Fires "close".
 * Before that a "closing" which a listener may prevent, to ask about what is typed; `leave()` closes like the cross does.
 */
class Dialog extends LitElement {
  static properties = { heading: {}, open: { type: Boolean, reflect: true } };
  static styles = [base, css`
    :host { display: contents; }
    dialog { inline-size: min(440px, calc(100vw - 24px)); max-block-size: min(720px, calc(100dvh - 24px)); padding: 0; border: 1px solid var(--line); border-radius: var(--r-lg); background: var(--surface); color: var(--text); box-shadow: var(--sh-float); }
    dialog[open] { display: flex; flex-direction: column; }
    dialog::backdrop { background: var(--scrim); }
    header { display: flex; align-items: center; gap: var(--sp-2); padding: var(--sp-3) var(--sp-3) 0 var(--sp-5); padding-inline: var(--sp-5) var(--sp-3); }
    h2 { flex: 1; font-size: var(--fs-lg); font-weight: 650; }
    .content { padding: var(--sp-3) var(--sp-5) var(--sp-4); overflow-y: auto; }
    footer { display: flex; gap: var(--sp-2); padding: 0 var(--sp-5) var(--sp-5); justify-content: flex-end; }
    footer:not(:has(slot.used)) { padding-block-end: var(--sp-2); }
    @media (max-width: 760px) { dialog { margin-block: auto 0; inline-size: 100vw; max-inline-size: 100vw; border-end-start-radius: 0; border-end-end-radius: 0; } footer { padding-block-end: calc(var(--sp-4) + env(safe-area-inset-bottom)); } }
  `];

  render() {
    return html`<dialog aria-labelledby="heading" @close=${this.closed} @cancel=${this.cancelled} @click=${this.backdrop}>
      <header><h2 id="heading">${this.heading}</h2>
        <button class="ib" aria-label=${t("Close dialog")} @click=${() => this.leave()}>${icon("x")}</button></header>
      <div class="content"><slot></slot></div>
      <footer><slot name="actions" @slotchange=${(event) => event.target.classList.add("used")}></slot></footer>
    </dialog>`;
  }

  /** The browser gives the focus back when a dialog is closed, not when whoever asked takes it off the page. */
  disconnectedCallback() {
    super.disconnectedCallback();
    if (this.dialog?.open && this.before?.isConnected) this.before.focus();
  }

  get dialog() {
    return this.renderRoot.querySelector("dialog");
  }

  updated() {
    if (this.open && !this.dialog.open) this.show();
    if (!this.open && this.dialog.open) this.dialog.close();
  }

  /** The first thing to fill in gets the focus, not the cross that closes. */
  async show() {
    this.before = focused(document);
    this.dialog.showModal();
    const first = this.querySelector("[autofocus], ui-field:not([disabled]), ui-picker, ui-check, ui-switch, ui-secret, input, textarea, select");
    await first?.updateComplete;
    first?.focus();
  }

  leave() {
    if (this.free()) this.dialog.close();
  }

  free() {
    return this.dispatchEvent(new Event("closing", { cancelable: true }));
  }

  cancelled(event) {
    if (event.target === this.dialog && !this.free()) event.preventDefault();
  }

  closed() {
    this.open = false;
    this.dispatchEvent(new Event("close"));
  }

  backdrop(event) {
    if (event.target === this.dialog && event.detail) this.leave();
  }
}

const focused = ({ activeElement: at }) => (at?.shadowRoot?.activeElement ? focused(at.shadowRoot) : at);

customElements.define("ui-dialog", Dialog);
