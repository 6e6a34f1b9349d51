import { html } from "lit";
import { ApiError, Panel, define, me, put, renewSession, t, toast } from "@comptoir/sdk";
import { Form, beside } from "@comptoir/sdk/form.js";
import "@comptoir/sdk/elements/card.js";
import { parts } from "./styles.js";

const EMPTY = { current: "", password: "" };
const SHORTEST = 8;

/** Another password for oneself. Whoever else is logged in with the old one is not any longer. */
class Password extends Panel {
  static styles = [...Panel.styles, parts];

  form = new Form(this, {
    check: ({ current, password }) => ({
      current: current ? "" : t("Enter the password you use now."),
      password: weakness(password),
    }),
    save: (_, values) => put("/api/v1/me/password", values),
    saved: () => this.saved(),
    refused: (error) => refusal(error),
  });

  constructor() {
    super();
    this.form.start(EMPTY);
  }

  render() {
    const { form } = this;
    return html`<ui-card heading=${t("Password")} text=${t("Changing it logs you out everywhere but here.")}>
      <form novalidate @submit=${form.submit} @input=${form.typed}>${form.notice()}
        <div class="pair"><ui-field type="password" name="current" autocomplete="current-password" label=${t("Current password")} .value=${form.values.current} .error=${form.errors.current}></ui-field>
          <ui-field type="password" name="password" autocomplete="new-password" label=${t("New password")} .value=${form.values.password} .error=${form.errors.password} hint=${t("At least 8 characters; a few words are best.")}></ui-field></div>
        <div class="acts"><ui-button type="submit" ?busy=${form.busy} ?disabled=${!form.dirty}>${t("Change password")}</ui-button></div>
      </form></ui-card>`;
  }

  async saved() {
    this.form.start(EMPTY);
    toast({ text: t("Password changed. Your other browsers and devices are logged out.") });
    await renewSession();
    this.dispatchEvent(new Event("password-changed"));
  }
}

function weakness(password) {
  if (password.length < SHORTEST) return t("Use at least 8 characters.");
  return password.toLowerCase() === me.email?.toLowerCase() ? t("Your address is the first thing anyone would try. Choose something else.") : "";
}

/** The server knows which passwords everybody uses; it says so in English. */
function refusal(error) {
  const errors = beside(error, EMPTY);
  if (error instanceof ApiError && [401, 403].includes(error.status)) errors.current ??= error.message;
  if (errors.current) errors.current = t("This is not the password you use now.");
  if (errors.password) errors.password = t("This password is one of the commonest. Choose one that nobody would guess.");
  return errors;
}

define("settings-password", Password);
