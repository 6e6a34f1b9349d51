import { css, html, nothing } from "lit";
import { Panel, can, define, fmt, get, t } from "@comptoir/sdk";

const PAUSE = 250; // ms
const MOST = 5;

/** One of our contacts, by the beginning of a name or number. Fires "choose" with it. */
class ContactFinder extends Panel {
  static properties = { found: { state: true }, query: { state: true } };
  static styles = [...Panel.styles, css`
    :host { margin-block-end: var(--sp-3); } label { display: block; font-size: var(--fs-preview); font-weight: 550; margin-block-end: var(--sp-1); }
    input { inline-size: 100%; min-block-size: 40px; border: 1px solid var(--line-strong); border-radius: var(--r-md); background: var(--surface); padding: 8px 12px; }
    ul { list-style: none; margin: 4px 0 0; padding: 0; border: 1px solid var(--line); border-radius: var(--r-md); overflow: hidden; } li + li { border-block-start: 1px solid var(--line); }
    button { display: flex; justify-content: space-between; gap: var(--sp-3); inline-size: 100%; min-block-size: 40px; padding: 6px 12px; border: 0; background: none; text-align: start; } button:hover, button:focus-visible { background: var(--surface-2); box-shadow: none; } button span { color: var(--text-3); font-size: var(--fs-preview); flex: none; }
    p { color: var(--text-3); font-size: var(--fs-sm); margin-block-start: 4px; }
    @media (pointer: coarse) { input, button { min-block-size: 44px; } input { font-size: max(16px, var(--fs-md)); } }
  `];

  render() {
    if (!can("contacts.read")) return nothing;
    return html`<label for="q">${t("One of our contacts")}</label><input id="q" type="search" autocomplete="off" @input=${this.typed} @keydown=${this.keys}>
      ${this.found?.length ? html`<ul>${this.found.map((one) => html`<li><button type="button" @click=${() => this.choose(one)}><bdi class="cut">${one.name}</bdi><span dir="ltr">${fmt.phone(one.phone)}</span></button></li>`)}</ul>` : nothing}
      ${this.query && this.found && !this.found.length ? html`<p role="status">${t("Nobody with a number found.")}</p>` : nothing}`;
  }

  typed(event) {
    event.stopPropagation(); // it is no field of the form around it
    this.query = event.target.value.trim();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), PAUSE);
  }

  async look() {
    const { query } = this;
    const told = query ? await get("/api/v1/contacts", { q: query, limit: 20 }).catch(() => ({ items: [] })) : { items: null };
    if (query === this.query) this.found = told.items?.filter(({ phone }) => phone).slice(0, MOST);
  }

  keys(event) {
    if (event.key !== "Enter" && event.key !== "ArrowDown") return;
    event.preventDefault();
    event.stopPropagation();
    this.renderRoot.querySelector("li button")?.focus();
  }

  choose(contact) {
    Object.assign(this, { found: null, query: "" });
    this.renderRoot.querySelector("input").value = "";
    this.dispatchEvent(new CustomEvent("choose", { detail: contact }));
  }
}

define("inbox-contact-finder", ContactFinder);
