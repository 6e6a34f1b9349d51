/** The reference of the API: what there is, found by words, beside what is chosen. The address names it: /api/docs#list_contacts. */
import { LitElement, css, html, nothing } from "lit";
import "../elements/button.js";
import "../elements/states.js";
import { t, tn } from "../i18n.js";
import { icon } from "../icons.js";
import { base } from "../styles.js";
import { DOCUMENT, load } from "./document.js";
import { code, method } from "./looks.js";
import "./operation.js";
import { prose } from "./text.js";

const { hue } = document.querySelector(".reference").dataset;
if (hue) document.documentElement.style.setProperty("--hue", hue);

class ApiDocs extends LitElement {
  static properties = { document: { state: true }, failure: { state: true }, search: { state: true }, chosen: { state: true } };
  static styles = [base, method, code, css`
    :host { display: grid; grid-template: minmax(0, 1fr) / 320px minmax(0, 1fr); block-size: 100%; min-block-size: 0; }
    nav { display: flex; flex-direction: column; min-block-size: 0; border-inline-end: 1px solid var(--line); background: var(--surface); }
    .find { display: grid; grid-template-columns: auto minmax(0, 1fr); align-items: center; gap: var(--sp-2); margin: var(--sp-3); border: 1px solid var(--line-strong); border-radius: var(--r-md); padding-inline: var(--sp-3); color: var(--text-3); }
    .find:focus-within { box-shadow: var(--ring); } .find input { border: 0; background: none; min-block-size: 40px; color: var(--text); outline: none; box-shadow: none; }
    .list { overflow: auto; padding: 0 var(--sp-2) var(--sp-5); flex: 1; }
    h2 { font-size: var(--fs-sm); font-weight: 650; color: var(--text-3); padding: var(--sp-4) var(--sp-2) var(--sp-1); }
    .list a { display: grid; grid-template-columns: 5.2ch minmax(0, 1fr); gap: var(--sp-2); align-items: baseline; padding: 6px var(--sp-2); min-block-size: 34px; border-radius: var(--r-md); color: var(--text); text-decoration: none; }
    .list a:hover { background: var(--surface-2); } .list a[aria-current] { background: var(--accent-soft); }
    .list a.guide { grid-template-columns: auto minmax(0, 1fr); align-items: center; } .list .method { font-size: var(--fs-xs); }
    main { overflow: auto; padding: var(--sp-5) var(--sp-6); min-inline-size: 0; }
    article { display: grid; gap: var(--sp-3); max-inline-size: 68ch; } article h1 { font-size: var(--fs-2xl); }
    .back { display: none; } .none { padding: var(--sp-4) var(--sp-2); color: var(--text-2); }
    @media (pointer: coarse) { .list a { min-block-size: 44px; } }
    @media (max-width: 760px) {
      :host { grid-template: minmax(0, 1fr) / minmax(0, 1fr); }
      :host([deep]) nav, :host(:not([deep])) main { display: none; }
      nav { border: 0; } main { padding: var(--sp-4); }
      .back { display: inline-flex; gap: var(--sp-2); align-items: center; min-block-size: 44px; text-decoration: none; }
    }
  `];

  constructor() {
    super();
    this.search = "";
    this.heard = () => { this.chosen = decodeURIComponent(location.hash.slice(1)); };
    this.key = (event) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.composedPath()[0].matches?.("input")) return;
      event.preventDefault();
      this.renderRoot.querySelector("input")?.focus();
    };
  }

  connectedCallback() {
    super.connectedCallback();
    addEventListener("hashchange", this.heard);
    addEventListener("keydown", this.key);
    this.heard();
    this.load();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    removeEventListener("hashchange", this.heard);
    removeEventListener("keydown", this.key);
  }

  async load() {
    this.failure = null;
    try {
      this.document = await load();
    } catch (error) {
      this.failure = error;
    }
  }

  willUpdate() {
    this.toggleAttribute("deep", Boolean(this.chosen));
  }

  updated(changed) {
    if (!changed.has("chosen") && !changed.has("document")) return;
    const main = this.renderRoot.querySelector("main");
    if (main) main.scrollTop = 0;
    this.renderRoot.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
    document.title = [this.document?.byId.get(this.chosen)?.summary, t("API reference"), "Comptoir"].filter(Boolean).join(" · ");
  }

  render() {
    if (this.failure) return html`<ui-error text=${t("The API's description could not be loaded.")} .error=${this.failure} @retry=${() => this.load()}></ui-error>`;
    if (!this.document) return html`<ui-skeleton></ui-skeleton>`;
    return html`${this.navigation()}<main tabindex="-1">${this.content()}</main>`;
  }

  navigation() {
    const groups = this.document.groups(this.search);
    const count = groups.reduce((sum, { operations }) => sum + operations.length, 0);
    return html`<nav aria-label=${t("Operations")}>
      <label class="find">${icon("search", "small")}<input type="search" .value=${this.search} placeholder=${t("Search operations")} aria-label=${t("Search operations")}
        aria-keyshortcuts="/" @input=${(event) => { this.search = event.target.value; }} @keydown=${this.enter}></label>
      <span class="sr" role="status">${this.search ? tn("{n} operation", "{n} operations", count) : nothing}</span>
      <div class="list">
        <a class="guide" href="#guide" aria-current=${this.chosen === "guide" ? "page" : nothing}>${icon("file-text", "small")}<span>${t("How the API works")}</span></a>
        ${groups.map((group) => html`<h2 dir="ltr" lang="en">${group.name}</h2><ul>${group.operations.map((one) => this.entry(one))}</ul>`)}
        ${count ? nothing : html`<p class="none">${t("Nothing of that name. Try a path, a word or a permission.")}</p>`}
      </div></nav>`;
  }

  entry(one) {
    return html`<li><a href="#${one.operationId}" dir="ltr" lang="en" title=${one.path} aria-current=${one.operationId === this.chosen ? "page" : nothing}>
      <b class="method ${one.method}">${one.method === "delete" ? "DEL" : one.method.toUpperCase()}</b><span>${one.summary}</span></a></li>`;
  }

  content() {
    const back = html`<a class="back" href="#">${icon("arrow-left", "small")}${t("All operations")}</a>`;
    const operation = this.document.byId.get(this.chosen);
    if (operation) return html`${back}<x-api-operation .document=${this.document} .operation=${operation}></x-api-operation>`;
    return html`${back}<article dir="ltr" lang="en"><h1>${this.document.told.info.title} ${this.document.told.info.version}</h1>${prose(this.document.guide)}
      <p><a href=${DOCUMENT} download="comptoir-openapi.json">${DOCUMENT}</a></p></article>`;
  }

  enter = (event) => {
    if (event.key === "Enter") this.renderRoot.querySelector(".list li a")?.click();
  };
}

customElements.define("x-api-docs", ApiDocs);
