import { css, html, nothing } from "lit";
import { Panel, define, icon, patch, post, remove, t, toast } from "@comptoir/sdk";
import { Load, everything } from "@comptoir/sdk/load.js";
import { wordsFor } from "@comptoir/sdk/problems.js";
import { table, tableStyles } from "@comptoir/sdk/table.js";
import { confirm } from "@comptoir/sdk/elements/confirm.js";
import "@comptoir/sdk/elements/secret.js";
import "./frames-form.js";
import { slotWords } from "./frames-words.js";
import { page, parts } from "./styles.js";

/** Embedded pages: what others offer beside a conversation, in a frame that can neither read nor act. */
class Frames extends Panel {
  static properties = { open: { state: true }, secret: { state: true } };
  static styles = [...Panel.styles, page, parts, tableStyles, css`
    .bar .lede { flex: 1 1 320px; margin: 0; } .bar ui-button { margin-inline-start: auto; } .url { color: var(--text-3); font-size: var(--fs-sm); text-align: start; }
  `];

  frames = new Load(this, () => everything("/api/v1/frames"));
  permissions = new Load(this, () => everything("/api/v1/permissions"));

  connectedCallback() {
    super.connectedCallback();
    this.toggleAttribute("wide", true);
  }

  render() {
    return html`<div class="bar"><p class="lede">${t("A page of another system beside each conversation, such as the orders of a shop. It stands in a frame of its own: it cannot read the screen around it, nor act in your name.")}</p>
        <ui-button variant="primary" icon="plus" @click=${() => { this.open = "new"; }}>${t("New page")}</ui-button></div>
      ${this.frames.show((frames) => this.list(frames), { failed: t("The pages could not be loaded."), rows: 3 })}${this.dialog()}`;
  }

  list(frames) {
    if (!frames.length) return html`<ui-empty icon="panel-right" text=${t("No page yet. Add one that your team keeps looking up beside a conversation.")}></ui-empty>`;
    return table({ label: t("Embedded pages"), columns: this.columns(), rows: frames });
  }

  columns() {
    return [
      { label: t("Title"), first: true, size: "minmax(0, 2fr)", cell: ({ title, url }) => html`<div class="name cut"><bdi>${title}</bdi></div><div class="url cut" dir="ltr">${url}</div>` },
      { label: t("Place"), size: "minmax(0, 1fr)", cell: ({ slot }) => slotWords(slot) },
      { label: t("Seen by"), size: "minmax(0, 1fr)", cell: ({ permission }) => this.readers(permission) },
      { label: t("State"), size: "minmax(0, 1fr)", cell: ({ enabled }) => (enabled ? html`<ui-chip tone="ok" icon="circle-check">${t("On")}</ui-chip>` : html`<ui-chip icon="pause">${t("Off")}</ui-chip>`) },
      { label: t("More"), bare: true, size: "36px", cell: (frame) => this.more(frame) },
    ];
  }

  readers(permission) {
    if (!permission) return t("Everybody");
    return html`<bdi>${this.permissions.value?.find(({ key }) => key === permission)?.label ?? permission}</bdi>`;
  }

  more(frame) {
    const items = [
      { label: t("Edit"), icon: "pencil", run: () => { this.open = frame; } },
      { label: frame.enabled ? t("Switch off") : t("Switch on"), icon: frame.enabled ? "pause" : "play", run: () => this.act(() => patch(`/api/v1/frames/${frame.id}`, { enabled: !frame.enabled })) },
      { label: t("Replace the secret…"), icon: "key-round", run: () => this.rotate(frame) },
      { label: t("Remove"), icon: "trash-2", run: () => this.drop(frame) },
    ];
    return html`<ui-menu .items=${items}><button slot="trigger" class="ib" aria-label=${t("More on {name}", { name: frame.title })}>${icon("ellipsis-vertical")}</button></ui-menu>`;
  }

  dialog() {
    if (this.open) return html`<settings-frame-form .frame=${this.open === "new" ? null : this.open} .permissions=${this.permissions.value ?? []} @saved=${() => this.frames.run()} @close=${() => { this.open = null; }}></settings-frame-form>`;
    return this.secret ? html`<ui-dialog open heading=${t("The page's secret")} @close=${() => { this.secret = null; }}><ui-secret heading=${t("Secret")} .text=${this.secret}></ui-secret></ui-dialog>` : nothing;
  }

  async act(deed) {
    try {
      await deed();
      await this.frames.run();
    } catch (error) {
      toast({ text: wordsFor(error) });
    }
  }

  async rotate({ id }) {
    const agreed = await confirm({ heading: t("Replace the secret?"), text: t("From now on the page's server has to know the new one."), act: t("Replace"), danger: true });
    if (agreed) await this.act(async () => { this.secret = (await post(`/api/v1/frames/${id}/secret`, {})).secret; });
  }

  async drop({ id, title }) {
    const agreed = await confirm({ heading: t("Remove {name}?", { name: title }), text: t("Nobody sees the page any more, once their screen is loaded again."), act: t("Remove"), danger: true });
    if (agreed) await this.act(() => remove(`/api/v1/frames/${id}`));
  }
}

define("settings-frames", Frames);
