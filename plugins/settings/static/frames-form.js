import { html } from "lit";
import { Panel, define, patch, post, t } from "@comptoir/sdk";
import { Form } from "@comptoir/sdk/form.js";
import "@comptoir/sdk/elements/secret.js";
import { slots } from "./frames-words.js";
import { parts } from "./styles.js";

/** A new embedded page, whose secret is shown once; or one that is changed. */
class FrameForm extends Panel {
  static properties = { frame: { attribute: false }, permissions: { attribute: false }, made: { state: true }, kept: { state: true } };
  static styles = [...Panel.styles, parts];

  form = new Form(this, {
    check: ({ title, url }) => ({
      title: title.trim() ? "" : t("Give it the title that agents see."),
      url: /^https?:\/\/\S+$/.test(url.trim()) ? "" : t("Enter a web address that begins with https://."),
    }),
    save: (changes, values) => this.send(changes, values),
    saved: (answer) => {
      this.dispatchEvent(new Event("saved"));
      if (this.frame) this.close();
      else this.made = answer;
    },
    guard: false,
  });

  connectedCallback() {
    super.connectedCallback();
    const { title = "", url = "", slot = "conversation.detail", permission } = this.frame ?? {};
    this.form.start({ title, url, slot, permission: permission ?? "" });
  }

  send(changes, values) {
    const given = this.frame ? { ...changes } : { ...values };
    if ("permission" in given) given.permission ||= null;
    for (const name of ["title", "url"]) if (name in given) given[name] = given[name].trim();
    return this.frame ? patch(`/api/v1/frames/${this.frame.id}`, given) : post("/api/v1/frames", given);
  }

  render() {
    return this.made ? this.secret() : this.fields();
  }

  fields() {
    const { values, errors } = this.form;
    const readers = [["", t("Everybody")], ...this.permissions.map(({ key, label }) => [key, label])];
    return html`<form novalidate @submit=${this.form.submit} @input=${this.form.typed}><ui-dialog open heading=${this.frame ? t("Change the page") : t("New page")} @close=${this.close} @closing=${this.form.closing}>
      ${this.form.notice()}
      <ui-field name="title" label=${t("Title")} .value=${values.title} .error=${errors.title}></ui-field>
      <ui-field name="url" type="url" ltr label=${t("Address")} .value=${values.url} .error=${errors.url}></ui-field>
      <div class="pair"><ui-field name="slot" label=${t("Place")} .options=${slots()} .value=${values.slot} .error=${errors.slot}></ui-field>
        <ui-field name="permission" label=${t("Seen by whoever may")} .options=${readers} .value=${values.permission} .error=${errors.permission}></ui-field></div>
      <p class="said">${t("Screens that are open show the change once they are loaded again.")}</p>
      <ui-button slot="actions" @click=${this.close}>${t("Cancel")}</ui-button>
      <ui-button slot="actions" variant="primary" type="submit" ?busy=${this.form.busy}>${this.frame ? t("Save") : t("Add the page")}</ui-button></ui-dialog></form>`;
  }

  secret() {
    return html`<ui-dialog open heading=${t("The page's secret")} @close=${this.close}>
      <ui-secret heading=${t("Secret")} .text=${this.made.secret} confirmable @input=${(event) => { this.kept = event.target.saved; }}></ui-secret>
      <p class="said">${t("With it the page's server verifies which agent looks at which conversation.")}</p>
      <ui-button slot="actions" variant="primary" ?disabled=${!this.kept} @click=${this.close}>${t("Done")}</ui-button></ui-dialog>`;
  }

  close = () => this.dispatchEvent(new Event("close"));
}

define("settings-frame-form", FrameForm);
