import { css, html, nothing } from "lit";
import { Panel, define, fmt, get, icon, post, put, remove, t, tn, toast } from "@comptoir/sdk";
import { Form } from "@comptoir/sdk/form.js";
import { Load } from "@comptoir/sdk/load.js";
import { wordsFor } from "@comptoir/sdk/problems.js";
import { confirm } from "@comptoir/sdk/elements/confirm.js";
import "@comptoir/sdk/elements/card.js";
import "@comptoir/sdk/elements/copy.js";
import "./numbers-code.js";
import { parts } from "./styles.js";

const LONGEST = 140; // Meta's limit

/** Links, and their QR codes, by which customers begin a chat with words already written. Kept at Meta. */
class Links extends Panel {
  static properties = { number: { attribute: false }, written: { state: true }, shown: { state: true }, busy: { state: true } };
  static styles = [...Panel.styles, parts, css`
    .one { flex: 1 1 260px; min-inline-size: 0; } .words { overflow-wrap: anywhere; } .one .said { overflow-wrap: anywhere; }
    .does { display: flex; gap: var(--sp-2); align-items: center; margin-inline-start: auto; }
  `];

  load = new Load(this, async () => (await get(this.address)).items);

  form = new Form(this, {
    check: ({ message }) => ({ message: fault(message.trim()) }),
    save: (_, { message }) => (this.written.code ? put(`${this.address}/${this.written.code}`, { message: message.trim() }) : post(this.address, { message: message.trim() })),
    saved: (link) => this.saved(link),
    guard: false,
  });

  get address() {
    return `/api/v1/accounts/${this.number.id}/links`;
  }

  render() {
    return html`<ui-card heading=${t("Links and QR codes")} text=${t("Whoever opens one finds your words already written, and only has to send them. Print the code, or put the link on your site.")}>
        <ui-button slot="actions" icon="plus" @click=${() => this.write({ message: "" })}>${t("New link")}</ui-button>
        ${this.load.show((links) => this.list(links), { failed: t("The links could not be read from Meta."), rows: 2 })}</ui-card>
      ${this.written ? this.dialog() : nothing}
      ${this.shown ? html`<settings-number-code .link=${this.shown} @close=${() => this.hide()}></settings-number-code>` : nothing}`;
  }

  list(links) {
    if (!links.length) return html`<p class="said">${t("No link yet. One for each place where customers find you shows where they come from.")}</p>`;
    return html`<ul class="rows">${links.map((link) => this.row(link))}</ul>`;
  }

  row(link) {
    const items = [{ label: t("Change the words"), icon: "pencil", run: () => this.write(link) }, { label: t("Delete"), icon: "trash-2", run: () => this.end(link) }];
    return html`<li><div class="one"><div class="words"><bdi>${link.message}</bdi></div><div class="said"><bdi dir="ltr">${link.url}</bdi></div></div>
      <div class="does"><ui-button size="small" icon="qr-code" ?busy=${this.busy === link.code} @click=${() => this.show(link)}>${t("QR code")}</ui-button><ui-copy .text=${link.url}></ui-copy>
        <ui-menu .items=${items}><button slot="trigger" class="ib" aria-label=${t("More on “{words}”", { words: link.message.slice(0, 40) })}>${icon("ellipsis-vertical")}</button></ui-menu></div></li>`;
  }

  write(link) {
    this.written = link;
    this.form.start({ message: link.message });
  }

  dialog() {
    const { values, errors, busy } = this.form;
    const left = LONGEST - values.message.trim().length;
    return html`<ui-dialog open heading=${this.written.code ? t("Change the words") : t("New link")} @close=${() => { this.written = null; }} @closing=${this.form.closing}>
      <form novalidate @submit=${this.form.submit} @input=${this.form.typed}>${this.form.notice()}
        <ui-field name="message" type="textarea" rows="3" label=${t("What the customer will send")} hint=${left >= 0 ? tn("{n} character left.", "{n} characters left.", left) : tn("{n} character too many.", "{n} characters too many.", -left)} .value=${values.message} .error=${errors.message}></ui-field>
        <div class="acts"><span class="push"></span><ui-button variant="primary" type="submit" ?busy=${busy}>${this.written.code ? t("Save") : t("Make the link")}</ui-button></div></form></ui-dialog>`;
  }

  saved(link) {
    const made = !this.written.code;
    this.renderRoot.querySelector("ui-dialog").leave();
    this.load.change((links) => (made ? [...(links ?? []), link] : links.map((one) => (one.code === link.code ? link : one))));
    if (made) this.shown = link;
    else toast({ text: t("The link has new words; printed codes stay good.") });
  }

  async show(link) {
    await this.during(link, async () => { this.shown = await get(`${this.address}/${link.code}`); });
  }

  hide() {
    this.shown = null;
  }

  async end(link) {
    const agreed = await confirm({ heading: t("Delete this link?"), text: t("Whoever still has it, or its printed code, opens a chat without words. This cannot be taken back."), act: t("Delete"), danger: true });
    if (!agreed) return;
    await this.during(link, async () => {
      await remove(`${this.address}/${link.code}`);
      this.load.change((links) => links.filter(({ code }) => code !== link.code));
      toast({ text: t("The link is deleted.") });
    });
  }

  async during({ code }, work) {
    this.busy = code;
    try {
      await work();
    } catch (error) {
      toast({ text: wordsFor(error) });
    } finally {
      this.busy = null;
    }
  }
}

const fault = (message) => {
  if (!message) return t("Write what the customer will send: Meta makes no link without words.");
  return message.length > LONGEST ? t("WhatsApp takes at most {n} characters; this has {length}.", { n: fmt.number(LONGEST), length: fmt.number(message.length) }) : "";
};

define("settings-number-links", Links);
