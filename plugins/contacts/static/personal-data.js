import { css, html, nothing } from "lit";
import { Panel, can, define, fmt, get, post, t, toast } from "@comptoir/sdk";
import { confirm } from "@comptoir/sdk/elements/confirm.js";

const LOOK = 2000; // ms between two looks at what is under way

/** For administrators: everything kept on the contact, taken away or erased; and how far that is, plugin by plugin. */
class PersonalData extends Panel {
  static properties = { contactId: {}, name: {}, requests: { state: true }, problem: { state: true } };
  static styles = [...Panel.styles, css`
    details { border-block-start: 1px solid var(--line); margin-block-start: var(--sp-4); padding-block-start: var(--sp-3); }
    summary { font-weight: 600; cursor: pointer; } p { color: var(--text-2); margin-block: var(--sp-2); font-size: var(--fs-preview); }
    .acts { display: flex; flex-wrap: wrap; gap: var(--sp-2); margin-block: var(--sp-3); }
    li { display: grid; gap: 4px; padding-block: var(--sp-2); border-block-start: 1px solid var(--line); } .line { display: flex; flex-wrap: wrap; gap: var(--sp-2); align-items: center; }
    .why { color: var(--bad); font-size: var(--fs-sm); margin: 0; } .muted { color: var(--text-3); font-size: var(--fs-sm); }
  `];

  connectedCallback() {
    super.connectedCallback();
    this.cleanup(() => clearTimeout(this.timer));
  }

  async look() {
    clearTimeout(this.timer);
    try {
      this.requests = (await get(`/api/v1/personal-data?contact_id=${this.contactId}`)).items;
      this.problem = null;
    } catch (error) {
      this.problem = error;
    }
    if (this.isConnected && this.requests?.some(({ state }) => state === "waiting")) this.timer = setTimeout(() => this.look(), LOOK);
  }

  render() {
    if (!can("data.export")) return nothing;
    return html`<details @toggle=${(event) => event.target.open && this.look()}><summary>${t("Personal data")}</summary>
      <p>${t("Everything kept on this person, here and in every plugin.")}</p>
      <div class="acts"><ui-button icon="download" @click=${() => this.ask("export")}>${t("Export")}</ui-button>
        ${can("contacts.delete") ? html`<ui-button variant="danger" icon="trash-2" @click=${this.erase}>${t("Erase everywhere…")}</ui-button>` : nothing}</div>
      ${this.problem ? html`<ui-error text=${t("The requests could not be loaded.")} .error=${this.problem} @retry=${() => this.look()}></ui-error>`
        : this.requests ? html`<ul aria-live="polite">${this.requests.map((one) => this.request(one))}</ul>` : html`<ui-skeleton rows="1"></ui-skeleton>`}</details>`;
  }

  request(one) {
    const words = { waiting: one.kind === "export" ? t("being made") : t("being erased"), ready: t("ready"), failed: t("failed"), done: t("erased") };
    const off = one.plugins.some(({ state }) => state === "off");
    const tones = { waiting: "info", ready: "ok", failed: "bad", done: "ok" };
    return html`<li><span class="line"><b>${one.kind === "export" ? t("Export") : t("Erasure")}</b><ui-chip tone=${tones[one.state]}>${words[one.state]}</ui-chip>
        <span class="muted">${fmt.moment(one.created_at)}</span>${one.state === "ready" ? html`<button class="link" @click=${() => this.fetch(one)}>${t("Download")}</button>` : nothing}</span>
      ${one.error ? html`<p class="why" role="alert"><bdi>${one.error}</bdi></p>` : nothing}
      ${one.kind === "erasure" || off ? html`<span class="muted">${one.plugins.map(({ plugin, state }) => html`<bdi>${plugin}</bdi> ${state === "done" ? "✓" : state === "off" ? t("off, not asked") : "…"} `)}</span>` : nothing}</li>`;
  }

  async ask(kind) {
    try {
      await post("/api/v1/personal-data", { kind, contact_id: this.contactId });
      await this.look();
    } catch (error) {
      toast({ text: error.message });
    }
  }

  erase = async () => {
    const name = this.name || t("this contact");
    if (await confirm({ heading: t("Erase {name} everywhere?", { name }), text: t("The contact, its conversations with every message and file, and what each plugin keeps go for good; one that is switched off is not asked. This cannot be taken back."), act: t("Erase for good"), danger: true })) await this.ask("erasure");
  };

  async fetch({ id }) {
    try {
      location.assign((await get(`/api/v1/personal-data/${id}/link`)).url);
    } catch (error) {
      toast({ text: error.message });
    }
  }
}

define("contacts-personal-data", PersonalData);
