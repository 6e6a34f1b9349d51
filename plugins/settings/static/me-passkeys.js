import { html, nothing } from "lit";
import { Panel, define, fmt, get, icon, patch, post, remove, t } from "@comptoir/sdk";
import { Form } from "@comptoir/sdk/form.js";
import { Load } from "@comptoir/sdk/load.js";
import { alreadyHere, createPasskey, declined, passkeysWork } from "@comptoir/sdk/passkeys.js";
import { wordsFor } from "@comptoir/sdk/problems.js";
import { Undo } from "@comptoir/sdk/undo.js";
import "@comptoir/sdk/elements/card.js";
import "@comptoir/sdk/elements/time.js";
import { device } from "./device.js";
import { passwordForm } from "./password-form.js";
import { parts } from "./styles.js";

/** Passkeys: logging in by a fingerprint, a face or a PIN of one's own device. */
class Passkeys extends Panel {
  static properties = { step: { state: true }, problem: { state: true } };
  static styles = [...Panel.styles, parts];

  load = new Load(this, () => get("/api/v1/me/factors").then(({ passkeys }) => passkeys));
  undo = new Undo(this);
  password = passwordForm(this, (password) => this.create(password));
  name = new Form(this, {
    check: ({ name }) => ({ name: name.trim() ? "" : t("Give it a name by which you will know it.") }),
    save: (_, { name }) => patch(`/api/v1/me/passkeys/${this.renamed}`, { name: name.trim() }),
    saved: () => { this.leave(); return this.load.run(); },
    guard: false,
  });

  render() {
    return html`<ui-card heading=${t("Passkeys")} text=${t("Log in with the fingerprint, face or PIN of your device: nothing to type, nothing to steal.")}>
        ${passkeysWork() ? html`<ui-button slot="actions" icon="plus" @click=${this.add}>${t("Add a passkey")}</ui-button>` : nothing}
        ${passkeysWork() ? nothing : html`<ui-notice tone="info">${t("This browser cannot use passkeys here: they need an up-to-date browser and a secure (https) address.")}</ui-notice>`}
        ${this.problem ? html`<ui-notice tone="bad">${this.problem}</ui-notice>` : nothing}
        ${this.load.show((passkeys) => this.list(passkeys), { failed: t("Your passkeys could not be loaded."), rows: 1 })}</ui-card>
      ${this.step === "password" ? this.password.dialog({ heading: t("Add a passkey"), text: t("First, your password: so that nobody at an unlocked screen can do this."), act: t("Continue"), close: this.leave }) : nothing}
      ${this.step === "name" ? this.naming() : nothing}`;
  }

  list(passkeys) {
    const shown = passkeys.filter(({ id }) => !this.undo.holds(id));
    return shown.length ? html`<ul class="rows">${shown.map((one) => this.row(one))}</ul>` : html`<p class="said">${t("No passkey yet.")}</p>`;
  }

  row(passkey) {
    const { name, created_at: since, last_used_at: used, backed_up: synced } = passkey;
    return html`<li>${icon("fingerprint-pattern")}<div class="grow"><div class="name"><bdi>${name}</bdi> ${synced ? html`<ui-chip icon="refresh-cw">${t("Synchronised")}</ui-chip>` : nothing}</div>
        <div class="said">${t("Added {date}", { date: fmt.date(since) })} · ${used ? html`${t("last used")} <ui-time .at=${used}></ui-time>` : t("never used")}</div></div>
      <ui-menu .items=${[{ label: t("Rename"), icon: "pencil", run: () => this.rename(passkey) }, { label: t("Remove"), icon: "trash-2", run: () => this.drop(passkey) }]}>
        <button slot="trigger" class="ib" aria-label=${t("More on {name}", { name })}>${icon("ellipsis-vertical")}</button></ui-menu></li>`;
  }

  naming() {
    const { name: form } = this;
    return html`<form novalidate @submit=${form.submit} @input=${form.typed}><ui-dialog open heading=${t("Name this passkey")} @close=${this.leave}>${form.notice()}
      <ui-field name="name" label=${t("Name")} .value=${form.values.name} .error=${form.errors.name} hint=${t("Where it is kept, such as “work laptop”.")}></ui-field>
      <ui-button slot="actions" @click=${this.leave}>${t("Cancel")}</ui-button>
      <ui-button slot="actions" variant="primary" type="submit" ?busy=${form.busy}>${t("Save")}</ui-button></ui-dialog></form>`;
  }

  add = () => {
    this.problem = "";
    this.password.start();
    this.step = "password";
  };

  /** The browser asks for the finger, the face or the PIN. It is kept at once, and may then get another name. */
  async create(password) {
    const { challenge, options } = await post("/api/v1/me/passkeys/options", { password });
    this.step = null;
    try {
      const credential = await createPasskey(options);
      const made = await post("/api/v1/me/passkeys", { challenge, credential, name: device({ user_agent: navigator.userAgent }).name });
      await this.load.run();
      this.rename(made);
    } catch (error) {
      if (!declined(error)) this.problem = alreadyHere(error) ? t("This device holds a passkey of yours already.") : t("The passkey was not made: {reason}", { reason: wordsFor(error) });
    }
  }

  rename({ id, name }) {
    this.renamed = id;
    this.name.start({ name });
    this.step = "name";
  }

  drop({ id, name }) {
    this.undo.later({
      id, text: t("{name} will no longer let you in.", { name }),
      act: async () => { await remove(`/api/v1/me/passkeys/${id}`); await this.load.run(); },
    });
  }

  leave = () => { this.step = null; };
}

define("settings-passkeys", Passkeys);
