import { html } from "lit";
import { Panel, define, post, t, toast } from "@comptoir/sdk";
import { Form } from "@comptoir/sdk/form.js";
import { parts } from "./styles.js";

/** From when on everything is sent again. */
class Replay extends Panel {
  static properties = { hook: { attribute: false } };
  static styles = [...Panel.styles, parts];

  form = new Form(this, {
    check: ({ since }) => ({ since: since && !Number.isNaN(Date.parse(since)) ? "" : t("Choose a day and a time.") }),
    save: (_, { since }) => post(`/api/v1/webhooks/${this.hook.id}/replay`, { since: new Date(since).toISOString() }),
    saved: () => {
      toast({ text: t("It is sent again from there.") });
      this.dispatchEvent(new Event("saved"));
      this.close();
    },
    guard: false,
  });

  connectedCallback() {
    super.connectedCallback();
    this.form.start({ since: "" });
  }

  render() {
    const { values, errors } = this.form;
    return html`<form novalidate @submit=${this.form.submit} @input=${this.form.typed}><ui-dialog open heading=${t("Send again from a time")} @close=${this.close}>${this.form.notice()}
      <ui-field name="since" type="datetime-local" label=${t("Everything since")} .value=${values.since} .error=${errors.since} hint=${t("In order, under the ids they had, so that a receiver knows what it has. What was deleted since is not sent.")}></ui-field>
      <ui-button slot="actions" @click=${this.close}>${t("Cancel")}</ui-button>
      <ui-button slot="actions" variant="primary" type="submit" ?busy=${this.form.busy}>${t("Send again")}</ui-button></ui-dialog></form>`;
  }

  close = () => this.dispatchEvent(new Event("close"));
}

define("settings-webhook-replay", Replay);
