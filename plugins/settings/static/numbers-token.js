import { html } from "lit";
import { Panel, define, patch, t, toast } from "@comptoir/sdk";
import { Form } from "@comptoir/sdk/form.js";
import "@comptoir/sdk/elements/card.js";
import { parts } from "./styles.js";

/** A new access token for a number: Meta is asked before the old one is let go. */
class Token extends Panel {
  static properties = { number: { attribute: false } };
  static styles = [...Panel.styles, parts];

  form = new Form(this, {
    check: ({ access_token: token }) => ({ access_token: token.trim().length >= 8 ? "" : t("Copy the whole token from Meta's page.") }),
    save: (_, { access_token: token }) => patch(`/api/v1/accounts/${this.number.id}`, { access_token: token.trim() }),
    saved: () => this.saved(),
  });

  connectedCallback() {
    super.connectedCallback();
    this.form.start({ access_token: "" });
  }

  render() {
    const { values, errors, busy, dirty } = this.form;
    return html`<ui-card heading=${t("Access token")} text=${t("It is never shown again. A new one is tried at Meta before the old one is let go.")}>
      <form novalidate @submit=${this.form.submit} @input=${this.form.typed}>${this.form.notice()}
        <ui-field ltr type="password" name="access_token" label=${t("New access token")} .value=${values.access_token} .error=${errors.access_token}></ui-field>
        <div class="acts"><ui-button variant=${this.number.status === "token_dead" ? "primary" : ""} type="submit" ?busy=${busy} ?disabled=${!dirty}>${t("Replace the token")}</ui-button></div></form></ui-card>`;
  }

  saved() {
    this.form.start({ access_token: "" });
    toast({ text: t("Meta accepts the new token.") });
    this.dispatchEvent(new Event("changed"));
  }
}

define("settings-number-token", Token);
