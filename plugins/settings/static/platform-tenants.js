import { css, html, nothing } from "lit";
import { Panel, define, fmt, get, icon, me, put, remove, t, toast } from "@comptoir/sdk";
import { Load } from "@comptoir/sdk/load.js";
import { wordsFor } from "@comptoir/sdk/problems.js";
import { table, tableStyles } from "@comptoir/sdk/table.js";
import { confirm } from "@comptoir/sdk/elements/confirm.js";
import "@comptoir/sdk/elements/time.js";
import "./platform-tenant-form.js";
import { parts } from "./styles.js";

const PAGE = 100;

/** Every organisation of the installation: who uses it how much, made, suspended and ended here. */
class PlatformTenants extends Panel {
  static properties = { making: { state: true } };
  static styles = [...Panel.styles, parts, tableStyles, css`.bar { display: flex; flex-wrap: wrap; gap: var(--sp-2) var(--sp-3); align-items: center; margin-block-end: var(--sp-4); } .lede { flex: 1 1 320px; color: var(--text-2); } .more { display: grid; justify-content: center; padding-block: var(--sp-4); }`];

  load = new Load(this, () => get("/api/v1/platform/tenants", { limit: PAGE }));

  render() {
    return html`<div class="bar"><p class="lede">${t("Each organisation sees only its own: the database itself keeps them apart.")}</p>
        <ui-button variant="primary" icon="plus" @click=${() => { this.making = true; }}>${t("New organisation")}</ui-button></div>
      ${this.load.show(({ items, next }) => html`${table({ label: t("Organisations"), columns: this.columns, rows: items })}
        ${next ? html`<div class="more"><ui-button @click=${this.more}>${t("Show more")}</ui-button></div>` : nothing}`, { failed: t("The organisations could not be loaded."), rows: 5 })}
      ${this.making ? html`<settings-platform-tenant-form @made=${() => this.load.run()} @close=${() => { this.making = false; }}></settings-platform-tenant-form>` : nothing}`;
  }

  get columns() {
    return [
      { label: t("Name"), first: true, size: "minmax(0, 2fr)", cell: ({ name, slug, demo }) => html`<div class="name cut"><bdi>${name}</bdi>${demo ? html` <ui-chip>${t("Demo")}</ui-chip>` : nothing}</div><bdi class="said" dir="ltr">${slug}</bdi>` },
      { label: t("State"), size: "minmax(96px, .9fr)", cell: ({ status }) => state(status) },
      { label: t("Members"), end: true, size: "72px", cell: ({ members }) => fmt.number(members) },
      { label: t("Numbers"), end: true, size: "72px", cell: ({ accounts }) => fmt.number(accounts) },
      { label: t("Messages, 30 days"), end: true, size: "minmax(84px, .8fr)", cell: ({ messages_30d: messages }) => fmt.number(messages) },
      { label: t("Files"), end: true, size: "minmax(72px, .7fr)", cell: ({ storage_bytes: bytes }) => fmt.size(bytes) },
      { label: t("Last message"), size: "minmax(0, 1fr)", cell: ({ last_message_at: at }) => (at ? html`<ui-time class="said" .at=${at}></ui-time>` : html`<span class="said">${t("never")}</span>`) },
      { label: t("More"), bare: true, size: "36px", cell: (tenant) => this.menu(tenant) },
    ];
  }

  menu(tenant) {
    const items = tenant.status === "active"
      ? [{ label: t("Suspend"), icon: "pause", run: () => this.suspend(tenant) }]
      : tenant.status === "suspended" ? [{ label: t("Resume"), icon: "play", run: () => this.set(tenant, "active") }, { label: t("Delete…"), icon: "trash-2", run: () => this.delete(tenant) }] : [];
    if (!items.length || tenant.id === me.tenant.id) return nothing;
    return html`<ui-menu .items=${items}><button slot="trigger" class="ib" aria-label=${t("More on {name}", { name: tenant.name })}>${icon("ellipsis-vertical")}</button></ui-menu>`;
  }

  async suspend(tenant) {
    const agreed = await confirm({ heading: t("Suspend {name}?", { name: tenant.name }), text: t("Its members are logged out and nothing is sent any more. What customers write is still received and kept."), act: t("Suspend"), danger: true });
    if (agreed) await this.set(tenant, "suspended");
  }

  async set({ id }, status) {
    await this.during(() => put(`/api/v1/platform/tenants/${id}/status`, { status }));
  }

  async delete({ id, name, slug }) {
    const agreed = await confirm({
      heading: t("Delete {name}?", { name }), text: t("Its data is erased and its keys are destroyed. An archive must have been made within the last day."), act: t("Delete everything"),
      danger: true, typed: slug, label: t("To be sure, type {word}", { word: slug }),
    });
    if (agreed) await this.during(() => remove(`/api/v1/platform/tenants/${id}`, { slug }));
  }

  async during(work) {
    try {
      await work();
      await this.load.run();
    } catch (error) {
      toast({ text: error.kind === "export-first" ? t("Make an archive of its data first.") : wordsFor(error) });
    }
  }

  more = async () => {
    const { items, next } = await get("/api/v1/platform/tenants", { limit: PAGE, cursor: this.load.value.next });
    this.load.change((before) => ({ items: [...before.items, ...items], next }));
  };
}

function state(status) {
  if (status === "active") return html`<ui-chip tone="ok" icon="check">${t("Active")}</ui-chip>`;
  return status === "suspended" ? html`<ui-chip tone="warn" icon="pause">${t("Suspended")}</ui-chip>` : html`<ui-chip tone="bad" icon="trash-2">${t("Being erased")}</ui-chip>`;
}

define("settings-platform-tenants", PlatformTenants);
