import { css, html, nothing } from "lit";
import { keyed } from "lit/directives/keyed.js";
import { repeat } from "lit/directives/repeat.js";
import { Panel, bindKeys, can, define, fmt, icon, navigate, panelsIn, remove, t, tn, toast } from "@comptoir/sdk";
import "@comptoir/sdk/elements/tabs.js";
import { ledger, onLive } from "@comptoir/sdk/ledger.js";
import { VirtualController, keysOf } from "@comptoir/sdk/virtual.js";
import { Book } from "./book.js";
import "./form.js";

const TYPING = 250; // ms after the last letter until a search starts
const UNDO = 8; // s in which a deletion can be taken back
const ROW = 60; // px

/** Contacts: everybody who wrote, and those a member entered. */
class Contacts extends Panel {
  static properties = { book: { state: true } };
  static styles = [...Panel.styles, css`
    :host { display: flex; flex-direction: column; min-block-size: 0; background: var(--surface); position: relative; }
    header { display: flex; align-items: center; gap: var(--sp-3); padding-inline: var(--sp-5); min-block-size: var(--bar-h); border-block-end: 1px solid var(--line); flex: none; }
    h1 { font-size: var(--fs-lg); font-weight: 650; } .count { flex: 1; color: var(--text-3); font-size: var(--fs-sm); font-variant-numeric: tabular-nums; }
    .search { position: relative; inline-size: min(280px, 40vw); } .search .icon { position: absolute; inset-inline-start: 11px; inset-block: 0; margin-block: auto; inline-size: 16px; block-size: 16px; color: var(--text-3); }
    .search input { inline-size: 100%; min-block-size: 36px; padding: 6px var(--sp-3); padding-inline-start: 36px; border: 1px solid transparent; border-radius: var(--r-md); background: var(--surface-2); }
    @media (pointer: coarse) { .search input { min-block-size: 44px; font-size: max(16px, var(--fs-md)); } }
    .search input::placeholder { color: var(--text-3); opacity: 1; } .search input:focus { border-color: var(--accent); box-shadow: none; outline: 2px solid transparent; border-radius: var(--r-md); }
    .head, a.row { display: grid; grid-template-columns: 40px minmax(0, 2fr) minmax(0, 1.2fr) minmax(0, 1.2fr) 110px; gap: 0 var(--sp-4); align-items: center; padding-inline: var(--sp-5); }
    .head { color: var(--text-3); font-size: var(--fs-sm); font-weight: 550; min-block-size: 36px; border-block-end: 1px solid var(--line); }
    .scroll { flex: 1; min-block-size: 0; overflow-y: auto; overflow-anchor: none; }
    .virt { position: relative; } .virt > li { position: absolute; inset-inline: 0; inset-block-start: 0; }
    a.row { block-size: 60px; color: inherit; text-decoration: none; border-block-end: 1px solid var(--line); } a.row:hover { background: var(--surface-2); } a.row:focus-visible { box-shadow: inset 0 0 0 2px var(--accent); }
    .nm { font-weight: 550; } .sub { color: var(--text-3); font-size: var(--fs-sm); } .num { text-align: start; } time { color: var(--text-3); font-size: var(--fs-sm); font-variant-numeric: tabular-nums; }
    ui-tabs { margin-block-end: var(--sp-4); }
    @media (max-width: 760px) {
      header { flex-wrap: wrap; padding: var(--sp-2) var(--sp-4); } .search { order: 5; inline-size: 100%; } .search input { min-block-size: 44px; font-size: max(16px, var(--fs-md)); }
      .head { display: none; } a.row { grid-template-columns: 40px minmax(0, 1fr) auto; padding-inline: var(--sp-4); } .col-more { display: none; }
    }
  `];

  virtual = new VirtualController(this, () => ({
    count: this.shown?.length ?? 0,
    getScrollElement: () => this.renderRoot?.querySelector(".scroll") ?? null,
    estimateSize: () => ROW,
    getItemKey: keysOf(this.shown),
    overscan: 8, paddingEnd: 8,
  }));

  constructor() {
    super();
    Object.assign(this, { book: new Book(""), shown: [], deletions: new Map() });
  }

  connectedCallback() {
    super.connectedCallback();
    this.cleanup(ledger.subscribe((changes) => this.heard(changes)));
    this.cleanup(onLive(() => this.book.error && this.more()));
    const flush = () => [...this.deletions.keys()].forEach((id) => this.deleteNow(id));
    addEventListener("pagehide", flush);
    this.cleanup(() => { removeEventListener("pagehide", flush); flush(); });
    this.cleanup(bindKeys({ "/": { label: t("Search"), run: () => this.renderRoot.querySelector("input").focus() } }));
  }

  heard(changes) {
    if (changes.reset) this.book = new Book(this.book.query);
    else for (const id of changes.contacts) this.book.heard(id);
    this.requestUpdate();
  }

  willUpdate() {
    const { book } = this;
    this.shown = book.rows();
    const last = this.virtual.items.at(-1)?.index ?? 0;
    if (!book.error && (!book.loaded || (book.next && last > this.shown.length - 20))) this.more();
  }

  more() {
    const { book } = this;
    if (!book.loading) book.more()?.then(() => this.requestUpdate());
  }

  render() {
    const { book } = this;
    const rest = this.ctx?.rest;
    return html`<header><h1>${t("Contacts")}</h1><span class="count">${book.loaded ? `${fmt.number(this.shown.length)}${book.next ? "+" : ""}` : ""}</span>
        <div class="search">${icon("search")}<input type="search" placeholder=${t("Search name or phone")} aria-label=${t("Search contacts")} @input=${this.searched}></div>
        ${can("contacts.write") ? html`<ui-button variant="primary" icon="plus" @click=${() => navigate("/contacts/new")}>${t("New contact")}</ui-button>` : nothing}</header>
      ${this.body()}
      ${rest ? this.opened(...rest.split("/")) : nothing}`;
  }

  /** The contact itself, and beside it what plugins know of it, each at an address of its own. */
  opened(id, part) {
    const contact = ledger.state.contacts.get(id);
    const panels = id === "new" ? [] : panelsIn("contact.detail", { contact });
    const href = (panel) => `/contacts/${id}/${panel.plugin}.${panel.name}`;
    const here = panels.find((panel) => `${panel.plugin}.${panel.name}` === part);
    const tabs = [{ href: `/contacts/${id}`, label: t("Contact") }, ...panels.map((panel) => ({ href: href(panel), label: panel.title }))];
    return html`<ui-dialog open heading=${id === "new" ? t("New contact") : contact?.name || t("Contact")} @close=${this.leave}>
      ${panels.length ? html`<ui-tabs label=${t("Parts of this contact")} .items=${tabs} current=${here ? href(here) : tabs[0].href}></ui-tabs>` : nothing}
      ${keyed(id, html`<contacts-form ?hidden=${Boolean(here)} .contactId=${id} @done=${this.leave} @delete-contact=${() => this.delete(id)}></contacts-form>`)}
      ${here ? keyed(part, html`<ui-panel .panel=${here} .ctx=${{ contact }}></ui-panel>`) : nothing}</ui-dialog>`;
  }

  body() {
    const { book } = this;
    if (!book.loaded) return book.error ? this.failure() : html`<ui-skeleton rows="10"></ui-skeleton>`;
    if (!this.shown.length && !book.next) return book.query
      ? html`<ui-empty icon="search" text=${t("Nobody found for “{query}”. Search by the beginning of a name or a phone number.", { query: book.query })}></ui-empty>`
      : html`<ui-empty icon="users" text=${t("No contacts yet. Whoever writes to you appears here.")}></ui-empty>`;
    return html`<div class="head" aria-hidden="true"><span></span><span>${t("Name")}</span><span>${t("Phone")}</span><span>${t("Username")}</span><span>${t("Since")}</span></div>
      <div class="scroll"><ul class="virt" aria-label=${tn("{n} contact", "{n} contacts", this.shown.length)} .style=${`block-size:${this.virtual.size}px`}>
        ${repeat(this.virtual.items, (item) => item.key, (item) => this.row(item))}</ul></div>
      ${book.error ? this.failure() : nothing}`;
  }

  failure() {
    return html`<ui-error text=${t("The contacts could not be loaded.")} .error=${this.book.error} @retry=${() => { this.more(); this.requestUpdate(); }}></ui-error>`;
  }

  row({ index, start }) {
    const contact = this.shown[index];
    if (!contact) return nothing;
    return html`<li aria-setsize=${this.book.next ? -1 : this.shown.length} aria-posinset=${index + 1} .style=${`transform:translateY(${start}px)`}><a class="row" href=${`/contacts/${contact.id}`}>
      <ui-avatar name=${contact.name}></ui-avatar><span class="cut" dir="auto"><span class="nm">${contact.name || t("Unknown contact")}</span>${contact.given_name && contact.profile_name && contact.profile_name !== contact.given_name ? html`<br><span class="sub"><bdi>${contact.profile_name}</bdi></span>` : nothing}</span>
      <span class="cut num"><bdi dir="ltr">${fmt.phone(contact.phone) || "–"}</bdi></span><span class="cut sub col-more"><bdi dir="ltr">${contact.username ? `@${contact.username}` : ""}</bdi></span><time class="col-more" datetime=${contact.created_at}>${fmt.brief(contact.created_at)}</time></a></li>`;
  }

  searched(event) {
    clearTimeout(this.timer);
    const query = event.target.value.trim();
    this.timer = setTimeout(() => { this.book = new Book(query); }, TYPING);
  }

  leave = () => navigate("/contacts");

  /** Gone from the screen at once, from the server after the time to think better of it. */
  delete(id) {
    const name = ledger.state.contacts.get(id)?.name ?? "";
    this.book.hidden.add(id);
    this.leave();
    this.deletions.set(id, setTimeout(() => this.deleteNow(id), UNDO * 1000));
    toast({ text: t("{name} will be deleted, with every message.", { name }), seconds: UNDO, action: { label: t("Undo"), run: () => this.undo(id) } });
  }

  undo(id) {
    clearTimeout(this.deletions.get(id));
    this.deletions.delete(id);
    this.book.hidden.delete(id);
    this.requestUpdate();
  }

  async deleteNow(id) {
    clearTimeout(this.deletions.get(id));
    this.deletions.delete(id);
    try {
      await remove(`/api/v1/contacts/${id}`);
      ledger.apply({ type: "contact.deleted", data: { id } });
    } catch (error) {
      this.undo(id);
      toast({ text: t("Not deleted: {reason}", { reason: error.message }) });
    }
  }
}

define("contacts-page", Contacts);
