import { css, html, nothing } from "lit";
import { Panel, define, get, icon, me, patch, t, toast } from "@comptoir/sdk";
import { Load } from "@comptoir/sdk/load.js";
import { wordsFor } from "@comptoir/sdk/problems.js";
import { table, tableStyles } from "@comptoir/sdk/table.js";
import { confirm } from "@comptoir/sdk/elements/confirm.js";
import "@comptoir/sdk/elements/time.js";
import { parts } from "./styles.js";

const PAGE = 100;
const TYPING = 250; // ms after the last letter until a search starts

/** Everybody who can log in to the installation. */
class PlatformPeople extends Panel {
  static properties = { query: { state: true } };
  static styles = [...Panel.styles, parts, tableStyles, css`.search { margin-block-end: var(--sp-4); } .more { display: grid; justify-content: center; padding-block: var(--sp-4); }`];

  load = new Load(this, () => get("/api/v1/platform/people", { q: this.query, limit: PAGE }));

  render() {
    return html`<div class="search">${icon("search")}<input type="search" placeholder=${t("Name or address")} aria-label=${t("Search people")} @input=${this.typed}></div>
      ${this.load.show(({ items, next }) => (items.length ? html`${table({ label: t("People"), columns: this.columns, rows: items })}${next ? html`<div class="more"><ui-button @click=${this.more}>${t("Show more")}</ui-button></div>` : nothing}`
        : html`<ui-empty icon="search" text=${t("Nobody found.")}></ui-empty>`), { failed: t("The people could not be loaded."), rows: 5 })}`;
  }

  get columns() {
    return [
      { label: t("Name"), first: true, size: "minmax(0, 2fr)", cell: ({ id, name, email }) => html`<div class="person"><ui-avatar name=${name}></ui-avatar><div><div class="name cut"><bdi>${name}</bdi>${id === me.id ? html` <ui-chip>${t("You")}</ui-chip>` : nothing}</div><div class="said cut" dir="ltr">${email}</div></div></div>` },
      { label: t("Organisations"), size: "minmax(0, 1.6fr)", cell: ({ tenants }) => html`<bdi>${(tenants ?? []).map(({ name }) => name).join(", ") || "–"}</bdi>` },
      { label: t("May"), size: "minmax(120px, 1fr)", cell: ({ platform_admin: admin, disabled }) => html`${admin ? html`<ui-chip tone="info" icon="shield">${t("Run the installation")}</ui-chip>` : nothing} ${disabled ? html`<ui-chip tone="bad" icon="ban">${t("Locked out")}</ui-chip>` : nothing}` },
      { label: t("More"), bare: true, size: "36px", cell: (person) => this.menu(person) },
    ];
  }

  menu(person) {
    if (person.id === me.id) return nothing;
    const items = [
      person.disabled ? { label: t("Let in again"), icon: "user-check", run: () => this.change(person, { disabled: false }) } : { label: t("Lock out"), icon: "ban", run: () => this.lock(person) },
      person.platform_admin ? { label: t("Take the installation away"), icon: "user-minus", run: () => this.change(person, { platform_admin: false }) } : { label: t("Let run the installation"), icon: "shield", run: () => this.promote(person) },
    ];
    return html`<ui-menu .items=${items}><button slot="trigger" class="ib" aria-label=${t("More on {name}", { name: person.name })}>${icon("ellipsis-vertical")}</button></ui-menu>`;
  }

  async lock(person) {
    const agreed = await confirm({ heading: t("Lock {name} out?", { name: person.name }), text: t("Every session and token of theirs ends at once, in every organisation."), act: t("Lock out"), danger: true });
    if (agreed) await this.change(person, { disabled: true });
  }

  async promote(person) {
    const agreed = await confirm({ heading: t("Let {name} run the installation?", { name: person.name }), text: t("They will see every organisation's name and use, and may suspend and delete them."), act: t("Let them"), danger: true });
    if (agreed) await this.change(person, { platform_admin: true });
  }

  async change({ id }, changes) {
    try {
      await patch(`/api/v1/platform/people/${id}`, changes);
      await this.load.run();
    } catch (error) {
      toast({ text: error.status === 409 ? t("Somebody must be left who runs the installation.") : wordsFor(error) });
    }
  }

  typed = ({ target }) => {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { this.query = target.value.trim(); this.load.run(); }, TYPING);
  };

  more = async () => {
    const { items, next } = await get("/api/v1/platform/people", { q: this.query, limit: PAGE, cursor: this.load.value.next });
    this.load.change((before) => ({ items: [...before.items, ...items], next }));
  };
}

define("settings-platform-people", PlatformPeople);
