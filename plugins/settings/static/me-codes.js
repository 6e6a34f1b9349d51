import { css, html, nothing } from "lit";
import { Panel, define, fmt, get, post, put, remove, t, tn, toast } from "@comptoir/sdk";
import { Form } from "@comptoir/sdk/form.js";
import { Load } from "@comptoir/sdk/load.js";
import "@comptoir/sdk/elements/card.js";
import "@comptoir/sdk/elements/copy.js";
import "@comptoir/sdk/elements/secret.js";
import { passwordForm } from "./password-form.js";
import { parts } from "./styles.js";

const FEW = 3; // recovery codes left, from which on one is told

/** Codes of an app as the second factor, and the recovery codes for the day the phone is gone. */
class Codes extends Panel {
  static properties = { step: { state: true }, setup: { state: true }, codes: { state: true }, kept: { state: true } };
  static styles = [...Panel.styles, parts, css`
    .left { margin-block: var(--sp-3) 0; }
    .state { display: flex; flex-wrap: wrap; gap: var(--sp-2) var(--sp-3); align-items: center; }
    .qr { display: block; inline-size: 188px; block-size: 188px; padding: 10px; margin: 0 auto var(--sp-3); border-radius: var(--r-md); background: var(--paper); border: 1px solid var(--line); }
    .key { display: flex; flex-wrap: wrap; gap: var(--sp-2); align-items: center; justify-content: center; margin-block-end: var(--sp-4); } code { font: 500 var(--fs-md)/1.4 ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
    ol { margin-block-end: var(--sp-3); padding-inline-start: 1.4em; list-style: decimal; color: var(--text-2); } ol li { padding-block: 2px; }
  `];

  load = new Load(this, () => get("/api/v1/me/factors"));
  password = passwordForm(this, (password) => this.acts[this.step](password));
  code = new Form(this, {
    check: ({ code }) => ({ code: /^\d{6}$/.test(plain(code)) ? "" : t("Enter the six digits that the app shows.") }),
    save: ({ code }) => put("/api/v1/me/totp", { code: plain(code) }),
    saved: ({ recovery_codes: codes }) => this.reveal(codes),
    refused: (error) => (error.status === 422 || error.status === 401 ? { code: t("This code is not right. Is the clock of your phone set by the network?") } : {}),
    guard: false,
  });

  /** What the password opens, by the step that asked for it. */
  acts = {
    begin: async (password) => {
      this.setup = await post("/api/v1/me/totp", { password });
      this.code.start({ code: "" });
      this.step = "scan";
    },
    stop: async (password) => {
      await remove("/api/v1/me/totp", { password });
      this.leave();
      toast({ text: t("The second factor is off.") });
    },
    renew: async (password) => this.reveal((await post("/api/v1/me/recovery-codes", { password })).recovery_codes),
  };

  render() {
    return html`<ui-card heading=${t("Second factor")} text=${t("A code from an app on your phone, asked for after your password. It keeps others out even when they know it.")}>
        ${this.load.show(({ totp, recovery_codes_left: left }) => (totp.enabled ? this.on(totp, left) : this.off()), { failed: t("Your second factor could not be loaded."), rows: 1 })}</ui-card>
      ${this.step ? this.dialog() : nothing}`;
  }

  off() {
    return html`<div class="state"><ui-chip icon="shield">${t("Off")}</ui-chip><span class="push"></span>
      <ui-button icon="shield-check" @click=${() => this.ask("begin")}>${t("Set up")}</ui-button></div>`;
  }

  on({ since }, left) {
    return html`<div class="state"><ui-chip tone="ok" icon="shield-check">${t("On")}</ui-chip>
        <span class="said">${since ? t("since {date}", { date: fmt.date(since) }) : nothing}</span><span class="push"></span>
        <ui-button @click=${() => this.ask("renew")}>${t("New recovery codes")}</ui-button>
        <ui-button variant="danger" @click=${() => this.ask("stop")}>${t("Turn off")}</ui-button></div>
      ${left > FEW ? html`<p class="said left">${tn("{n} recovery code left.", "{n} recovery codes left.", left)}</p>`
        : html`<ui-notice class="left" tone="warn">${left ? tn("Only {n} recovery code is left. Make new ones before you need them.", "Only {n} recovery codes are left. Make new ones before you need them.", left) : t("No recovery code is left. Make new ones before you need them.")}</ui-notice>`}`;
  }

  dialog() {
    if (this.step === "scan") return this.scan();
    if (this.step === "codes") return this.shown();
    const [heading, act] = { begin: [t("Set up a second factor"), t("Continue")], stop: [t("Turn off the second factor"), t("Turn off")], renew: [t("New recovery codes"), t("Make new codes")] }[this.step];
    const text = { begin: t("First, your password: so that nobody at an unlocked screen can do this."), stop: t("Your password alone will be enough to log in."), renew: t("The codes you have now stop working.") }[this.step];
    return this.password.dialog({ heading, text, act, danger: this.step === "stop", close: () => this.leave() });
  }

  scan() {
    const { secret, qr_svg: qr } = this.setup;
    return html`<form novalidate @submit=${this.code.submit} @input=${this.code.typed}><ui-dialog open heading=${t("Set up a second factor")} @close=${this.leave}>
      ${this.code.notice()}
      <ol><li>${t("Open an authenticator app and scan this picture.")}</li><li>${t("Enter the six digits it shows.")}</li></ol>
      <img class="qr" alt=${t("QR code for the authenticator app")} src=${`data:image/svg+xml,${encodeURIComponent(qr)}`}>
      <div class="key"><span class="said">${t("Or type this key:")}</span> <code dir="ltr">${grouped(secret)}</code> <ui-copy variant="plain" text=${secret}></ui-copy></div>
      <ui-field name="code" ltr label=${t("Six digits")} inputmode="numeric" autocomplete="one-time-code" .value=${this.code.values.code} .error=${this.code.errors.code}></ui-field>
      <ui-button slot="actions" @click=${this.leave}>${t("Cancel")}</ui-button>
      <ui-button slot="actions" variant="primary" type="submit" ?busy=${this.code.busy}>${t("Turn on")}</ui-button></ui-dialog></form>`;
  }

  shown() {
    return html`<ui-dialog open heading=${t("Your recovery codes")} @closing=${(event) => this.kept || event.preventDefault()} @close=${this.leave}>
      <p class="lead">${t("Each of them lets you in once, instead of a code of the app: for the day your phone is lost.")}</p>
      <ui-secret heading=${t("Recovery codes")} .text=${this.codes.join("\n")} filename="comptoir-recovery-codes.txt" confirmable @input=${(event) => { this.kept = event.target.saved; }}></ui-secret>
      <ui-button slot="actions" variant="primary" ?disabled=${!this.kept} @click=${() => this.kept && this.leave()}>${t("Done")}</ui-button></ui-dialog>`;
  }

  ask(step) {
    this.password.start();
    this.step = step;
  }

  reveal(codes) {
    Object.assign(this, { codes, kept: false });
    this.step = "codes";
  }

  leave = () => {
    Object.assign(this, { step: null, setup: null, codes: null });
    this.load.run();
  };
}

const plain = (code) => code.replace(/\s/g, "");
const grouped = (secret) => secret.match(/.{1,4}/g).join(" ");

define("settings-codes", Codes);
