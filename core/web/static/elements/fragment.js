import { LitElement, css, html, nothing } from "lit";
import { request } from "../api.js";
import { t } from "../i18n.js";
import { insert } from "../plugins.js";
import { base } from "../styles.js";

const policy = globalThis.trustedTypes?.createPolicy("ui-fragment", { createHTML: (text) => text });

/**
 * <ui-fragment src="/api/v1/p/acme/fragments/orders">: HTML that the plugin's server rendered. Its forms are posted from
 * here with the CSRF token, and a 422 is shown in place. Scripts in it do not run. A button with data-insert="words"
 * writes them into the composer. After `budget` ms without an answer it fails; "load" and "failed" tell its host.
 */
class Fragment extends LitElement {
  static properties = { src: {}, bare: { type: Boolean }, budget: { type: Number }, error: { state: true }, content: { state: true } };
  static styles = [base, css`
    :host { min-block-size: 24px; } :host([bare]) { min-block-size: 0; }
    input:not([type=checkbox], [type=radio]), textarea, select { inline-size: 100%; border: 1px solid var(--line-strong); border-radius: var(--r-md); background: var(--surface); padding: 8px 12px; }
    form { display: grid; gap: var(--sp-2); margin-block-start: var(--sp-3); }
    label { display: grid; gap: var(--sp-1); font-size: var(--fs-sm); color: var(--text-2); } label :is(input, textarea, select) { color: var(--text); }
    dl { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 4px var(--sp-3); margin: 0; } dt { color: var(--text-3); } dd { margin: 0; text-align: end; overflow-wrap: anywhere; }
    button { justify-self: start; min-block-size: 36px; padding: 0 var(--sp-3); border: 1px solid var(--line); border-radius: var(--r-md); background: var(--surface); font-weight: 550; } button:hover { background: var(--surface-2); } @media (pointer: coarse) { button { min-block-size: 44px; } }
    table { inline-size: 100%; border-collapse: collapse; } td, th { padding: var(--sp-2) 0; border-block-end: 1px solid var(--line); text-align: start; }
    .error { color: var(--bad); font-size: var(--fs-sm); }
  `];

  render() {
    if (this.error && !this.content) return html`<ui-error text=${t("This could not be loaded.")} .error=${this.error} @retry=${() => this.load()}></ui-error>`;
    if (!this.content) return this.bare ? nothing : html`<ui-skeleton rows="1"></ui-skeleton>`;
    return html`${this.error ? html`<p class="error" role="alert">${this.error.message}</p>` : nothing}<div @submit=${this.submit} @click=${this.clicked}>${this.content}</div>`;
  }

  willUpdate(changed) {
    if (changed.has("src") && this.src) this.load();
  }

  load() {
    return this.fill("GET", this.src);
  }

  async fill(method, path, body) {
    // What somebody is typing into a form here is worth more than news.
    if (method === "GET" && this.renderRoot.activeElement?.matches("input, textarea, select")) return;
    this.controller?.abort();
    const controller = new AbortController();
    this.controller = controller;
    this.error = null;
    try {
      // Once something stands here, a slow answer is no reason to take it away.
      const answer = await request(method, path, { body, accept: "text/html", signal: controller.signal, keep: 422, timeout: this.content ? undefined : this.budget });
      this.show(await answer.text());
      if (method === "POST" && this.empty) this.dispatchEvent(new Event("panel-close", { bubbles: true, composed: true }));
    } catch (error) {
      if (!controller.signal.aborted) this.fail(error);
    }
  }

  fail(error) {
    this.error = error;
    if (!this.content) this.dispatchEvent(new CustomEvent("failed", { detail: error }));
  }

  show(text) {
    const template = document.createElement("template");
    template.innerHTML = policy ? policy.createHTML(text) : text;
    this.empty = !template.content.textContent.trim() && !template.content.firstElementChild;
    this.content = template.content;
    this.dispatchEvent(new Event("load"));
  }

  clicked(event) {
    const { dataset } = event.target.closest?.("[data-insert]") ?? {};
    if (!dataset) return;
    event.preventDefault();
    insert(this, dataset.insert);
  }

  submit(event) {
    const { target: form, submitter } = event;
    event.preventDefault();
    const path = form.getAttribute("action") ? new URL(form.action).pathname : this.src;
    this.fill("POST", path, new URLSearchParams(new FormData(form, submitter)));
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.controller?.abort();
  }
}

customElements.define("ui-fragment", Fragment);
