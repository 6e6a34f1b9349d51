import { LitElement, css, html } from "lit";
import { request } from "../api.js";
import { t } from "../i18n.js";
import { base } from "../styles.js";

const policy = globalThis.trustedTypes?.createPolicy("ui-fragment", { createHTML: (text) => text });

/**
 * <ui-fragment src="/api/v1/p/acme/fragments/orders">: HTML that the plugin's server rendered. Its forms are posted from
 * here with the CSRF token, and a 422 is shown in place. Scripts in it do not run.
 */
class Fragment extends LitElement {
  static properties = { src: {}, error: { state: true }, content: { state: true } };
  static styles = [base, css`
    :host { min-block-size: 24px; }
    input:not([type=checkbox], [type=radio]), textarea, select { inline-size: 100%; border: 1px solid var(--line-strong); border-radius: var(--r-md); background: var(--surface); padding: 8px 12px; }
    form { display: grid; gap: var(--sp-2); margin-block-start: var(--sp-3); }
    label { display: grid; gap: var(--sp-1); font-size: var(--fs-sm); color: var(--text-2); } label :is(input, textarea, select) { color: var(--text); }
    dl { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 4px var(--sp-3); margin: 0; } dt { color: var(--text-3); } dd { margin: 0; text-align: end; overflow-wrap: anywhere; }
    form button, button[type=submit] { justify-self: start; min-block-size: 36px; padding: 0 var(--sp-3); border: 1px solid var(--line); border-radius: var(--r-md); background: var(--surface); font-weight: 550; }
    table { inline-size: 100%; border-collapse: collapse; } td, th { padding: var(--sp-2) 0; border-block-end: 1px solid var(--line); text-align: start; }
    .error { color: var(--bad); font-size: var(--fs-sm); }
  `];

  render() {
    if (this.error && !this.content) return html`<ui-error text=${t("This could not be loaded.")} .error=${this.error} @retry=${() => this.load()}></ui-error>`;
    return this.content ? html`<div @submit=${this.submit}>${this.content}</div>` : html`<ui-skeleton rows="1"></ui-skeleton>`;
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
      const answer = await request(method, path, { body, accept: "text/html", signal: controller.signal, keep: 422 });
      this.show(await answer.text());
    } catch (error) {
      if (!controller.signal.aborted) this.error = error;
    }
  }

  show(text) {
    const template = document.createElement("template");
    template.innerHTML = policy ? policy.createHTML(text) : text;
    this.content = template.content;
    this.dispatchEvent(new Event("load"));
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
