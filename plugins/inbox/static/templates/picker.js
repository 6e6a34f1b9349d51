import { css, html, nothing } from "lit";
import { Panel, define, get, icon, locale, post, t, tn } from "@comptoir/sdk";
import { Load } from "@comptoir/sdk/load.js";
import { folded } from "../folding.js";
import { preview } from "./preview.js";
import "./form.js";
import { obstacle, textOf } from "./parts.js";

/** The templates that WhatsApp takes in this conversation. Fires "sent". */
class Templates extends Panel {
  static properties = { conversation: { attribute: false }, query: { state: true }, chosen: { state: true }, reading: { state: true }, failure: { state: true } };
  static styles = [...Panel.styles, preview, css`
    .tools { display: flex; gap: var(--sp-2); align-items: center; margin-block-end: var(--sp-2); } input { flex: 1; min-inline-size: 0; min-block-size: 36px; padding: 6px var(--sp-3); border: 1px solid var(--line-strong); border-radius: var(--r-md); background: var(--surface); } input::placeholder { color: var(--text-3); opacity: 1; }
    ul { list-style: none; margin: 0; padding: 0; max-block-size: min(260px, 34dvh); overflow-y: auto; display: grid; gap: 4px; }
    li button { display: grid; gap: 2px; inline-size: 100%; min-block-size: 44px; text-align: start; padding: 6px 10px; border: 1px solid var(--line); border-radius: var(--r-md); background: var(--surface); } li button:hover { background: var(--surface-2); } li button:focus-visible { box-shadow: inset 0 0 0 2px var(--accent); } li button[disabled] { opacity: .65; }
    .top { display: flex; gap: var(--sp-2); align-items: baseline; min-inline-size: 0; } .name { font-weight: 600; } .meta { color: var(--text-3); font-size: var(--fs-sm); flex: none; } .body { color: var(--text-2); font-size: var(--fs-preview); }
    .none { color: var(--text-3); padding: var(--sp-2) 0; } .bad { color: var(--bad); font-size: var(--fs-sm); }
    @media (max-width: 760px) { input { min-block-size: 44px; font-size: max(16px, var(--fs-md)); } }
  `];

  templates = new Load(this, () => this.fetch());

  constructor() {
    super();
    this.query = "";
  }

  focus() {
    this.renderRoot.querySelector("input")?.focus();
  }

  async fetch() {
    const found = await this.pages();
    if (found.read_at || this.asked) return found;
    await this.read(); // nobody has asked Meta yet
    return this.pages();
  }

  async pages() {
    const path = `/api/v1/conversations/${this.conversation.id}/templates`;
    const first = await get(path, { limit: 100 });
    for (let { next } = first; next; ) {
      const page = await get(path, { limit: 100, cursor: next });
      first.items.push(...page.items);
      next = page.next;
    }
    return first;
  }

  async read() {
    this.asked = true;
    Object.assign(this, { reading: true, failure: "" });
    try {
      await post(`/api/v1/conversations/${this.conversation.id}/template-readings`);
    } catch (error) {
      this.failure = error.message;
    } finally {
      this.reading = false;
    }
  }

  async anew() {
    await this.read();
    await this.templates.run();
  }

  get found() {
    const wanted = folded(this.query.trim());
    const fits = this.templates.value.items.filter((one) => folded(`${one.name.replaceAll("_", " ")} ${one.name} ${textOf(one)}`).includes(wanted));
    const languages = [this.conversation.contact?.locale, locale].filter(Boolean);
    const rank = ({ language }) => (languages.findIndex((one) => language.startsWith(one)) + 1 || 9);
    return fits.sort((a, b) => Boolean(obstacle(a)) - Boolean(obstacle(b)) || rank(a) - rank(b) || a.name.localeCompare(b.name));
  }

  render() {
    return html`<div class="tools"><input type="search" aria-label=${t("Search templates")} placeholder=${t("Search templates")} .value=${this.query} @input=${(event) => { this.query = event.target.value; }} @keydown=${this.keys}>
        <button class="ib" aria-label=${t("Read the templates anew")} title=${t("Read the templates anew")} ?disabled=${this.reading} @click=${this.anew}>${icon("refresh-cw")}</button></div>
      ${this.failure ? html`<p class="bad" role="alert">${t("Meta did not tell the templates: {reason}", { reason: this.failure })}</p>` : nothing}
      ${this.templates.show(() => this.list(), { failed: t("The templates could not be loaded."), rows: 2 })}
      ${this.chosen ? html`<inbox-template-form .conversation=${this.conversation} .template=${this.chosen} .currency=${this.templates.value.currency} @close=${this.closed} @sent=${() => this.dispatchEvent(new Event("sent"))}></inbox-template-form>` : nothing}`;
  }

  list() {
    const { found } = this;
    if (!found.length) return html`<p class="none">${this.query ? t("No template for “{query}”.", { query: this.query }) : t("This number has no approved template. They are made in Meta's WhatsApp Manager.")}</p>`;
    return html`<span class="sr" role="status">${tn("{n} template", "{n} templates", found.length)}</span><ul aria-label=${t("Templates")}>${found.map((one) => this.row(one))}</ul>`;
  }

  row(template) {
    const why = obstacle(template);
    const categories = { MARKETING: t("Marketing"), UTILITY: t("Utility"), AUTHENTICATION: t("Authentication") };
    return html`<li><button ?disabled=${Boolean(why)} title=${why || nothing} @click=${() => { this.chosen = template; }}><span class="top"><bdi class="name cut">${template.name.replaceAll("_", " ")}</bdi><span class="meta">${[template.language, categories[template.category] ?? template.category].join(" · ")}</span></span>
      <span class="body ${why ? "" : "cut"}" dir="auto">${why || textOf(template)}</span></button></li>`;
  }

  keys(event) {
    if (event.key !== "ArrowDown" && event.key !== "Enter") return;
    event.preventDefault();
    this.renderRoot.querySelector("li button:not([disabled])")?.focus();
  }

  updated(changed) {
    if (changed.has("chosen")) this.dispatchEvent(new Event("chosen")); // one is filled in, or no more
  }

  closed() {
    this.chosen = null;
    this.renderRoot.querySelector("input")?.focus();
  }
}

define("inbox-templates", Templates);
