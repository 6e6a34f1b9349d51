/** Asks for one's password before something that a passer-by at an unlocked screen must not do. */
import { html } from "lit";
import { t } from "@comptoir/sdk";
import { Form } from "@comptoir/sdk/form.js";

/** `act(password)` does it. `start()` empties the form, `dialog({ heading, text, act, danger, close })` draws it. */
export function passwordForm(host, act) {
  const form = new Form(host, {
    check: ({ password }) => ({ password: password ? "" : t("Enter your password.") }),
    save: (_, { password }) => act(password),
    refused: ({ status }) => ([401, 403, 422].includes(status) ? { password: t("This is not your password.") } : {}),
    guard: false,
  });
  const dialog = ({ heading, text, act: words, danger, close }) => html`<form novalidate @submit=${form.submit} @input=${form.typed}>
    <ui-dialog open heading=${heading} @close=${close}>${form.notice()}<p class="lead">${text}</p>
      <ui-field type="password" name="password" autocomplete="current-password" label=${t("Password")} .value=${form.values.password} .error=${form.errors.password}></ui-field>
      <ui-button slot="actions" @click=${close}>${t("Cancel")}</ui-button>
      <ui-button slot="actions" variant=${danger ? "danger" : "primary"} type="submit" ?busy=${form.busy}>${words}</ui-button></ui-dialog></form>`;
  return { start: () => form.start({ password: "" }), dialog };
}
