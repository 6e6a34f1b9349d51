/** Around every page of the settings: the list of them at the side; on a phone one or the other. */
import { LitElement, css, html, nothing } from "lit";
import { icon } from "./icons.js";
import { t } from "./i18n.js";
import { SETTINGS, navigate, pagePath, settingsPages } from "./router.js";
import { base } from "./styles.js";

const PHONE = matchMedia("(max-width: 760px)");

class Settings extends LitElement {
  static properties = { current: { attribute: false }, rest: {}, page: { attribute: false } };
  static styles = [base, css`
    :host { display: grid; grid-template-columns: 248px minmax(0, 1fr); background: var(--bg); }
    nav { background: var(--surface); border-inline-end: 1px solid var(--line); overflow-y: auto; padding-block-end: var(--sp-5); }
    .bar { display: flex; align-items: center; gap: var(--sp-2); min-block-size: var(--bar-h); padding-inline: var(--sp-5); position: sticky; inset-block-start: 0; background: var(--surface); z-index: 2; }
    nav .bar { padding-inline: var(--sp-4); }
    h1, .title { font-size: var(--fs-lg); font-weight: 650; } h1:focus-visible { box-shadow: none; }
    h2 { font-size: var(--fs-sm); font-weight: 600; color: var(--text-3); padding: var(--sp-3) var(--sp-4) var(--sp-1); }
    nav a { display: flex; align-items: center; gap: var(--sp-3); min-block-size: 36px; margin-inline: var(--sp-2); padding: 4px var(--sp-2); border-radius: var(--r-md); color: var(--text-2); text-decoration: none; }
    @media (pointer: coarse) { nav a { min-block-size: 44px; } }
    nav a .icon { inline-size: 18px; block-size: 18px; color: var(--text-3); } nav a .go { display: none; margin-inline-start: auto; }
    nav a:hover { background: var(--surface-2); color: var(--text); }
    nav a[aria-current] { background: var(--accent-soft); color: var(--accent); font-weight: 600; } nav a[aria-current] .icon { color: inherit; }
    .pane { display: grid; grid-template-rows: auto minmax(0, 1fr); min-inline-size: 0; min-block-size: 0; }
    .pane .bar { border-block-end: 1px solid var(--line); } .back { display: none; }
    .scroll { overflow-y: auto; min-block-size: 0; position: relative; }
    .scroll > ui-fragment { padding: var(--sp-5); max-inline-size: calc(760px + 2 * var(--sp-5)); margin-inline: auto; }
    @media (max-width: 760px) {
      :host { grid-template-columns: minmax(0, 1fr); }
      :host([chosen]) nav, :host(:not([chosen])) .pane { display: none; }
      nav { border: 0; background: var(--bg); } nav .bar { background: var(--bg); } .title { font-size: var(--fs-2xl); }
      .group { background: var(--surface); border: 1px solid var(--line); border-radius: var(--r-lg); margin-inline: var(--sp-3); overflow: hidden; }
      nav a, nav a[aria-current] { min-block-size: 52px; margin: 0; padding-inline: var(--sp-4); border-radius: 0; background: none; color: var(--text); font-weight: 400; }
      nav a + a { border-block-start: 1px solid var(--line); } nav a .go { display: block; inline-size: 16px; block-size: 16px; } nav a[aria-current] .icon { color: var(--text-3); }
      h2 { padding-inline: var(--sp-5); padding-block-start: var(--sp-4); }
      .pane .bar { padding-inline: var(--sp-1) var(--sp-4); } .back { display: inline-grid; }
    }
  `];

  connectedCallback() {
    super.connectedCallback();
    PHONE.addEventListener("change", this.fit);
    this.fit();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    PHONE.removeEventListener("change", this.fit);
  }

  /** Beside the list there is room for a page: the first one, when none is asked for. */
  fit = () => {
    if (!this.current && !PHONE.matches) navigate(pagePath(settingsPages[0]), { replace: true });
  };

  willUpdate() {
    this.toggleAttribute("chosen", Boolean(this.current));
  }

  render() {
    return html`<nav aria-label=${t("Settings")}><div class="bar"><span class="title">${t("Settings")}</span></div>
        ${[...groups()].map(([heading, pages]) => html`<h2>${heading}</h2><div class="group">${pages.map((page) => this.entry(page))}</div>`)}</nav>
      ${this.current ? html`<section class="pane" aria-labelledby="title"><div class="bar">
          <a class="ib back" href=${this.rest ? pagePath(this.current) : SETTINGS} aria-label=${this.rest ? this.current.title : t("All settings")}>${icon("arrow-left")}</a>
          <h1 id="title" tabindex="-1">${this.current.title}</h1></div><div class="scroll">${this.page}</div></section>` : nothing}`;
  }

  entry(page) {
    return html`<a href=${pagePath(page)} aria-current=${page === this.current ? "page" : nothing}>
      ${icon(page.icon)}<span class="cut" dir="auto">${page.title}</span>${icon("chevron-right", "go")}</a>`;
  }

  updated(changed) {
    if (changed.has("current") && this.settled && PHONE.matches) this.follow(changed.get("current"));
    this.settled = true;
  }

  /** What a phone shows has changed places: so does the focus. */
  follow(left) {
    const target = this.current ? this.renderRoot.querySelector("h1") : left && this.renderRoot.querySelector(`a[href="${pagePath(left)}"]`);
    target?.focus();
  }
}

/** Pages by the heading they stand under, in the order of the pages. */
function groups() {
  const found = new Map();
  for (const page of settingsPages) {
    const heading = page.section || t("Plugins");
    found.set(heading, [...(found.get(heading) ?? []), page]);
  }
  return found;
}

customElements.define("x-settings", Settings);
