import { html } from "lit";
import { Panel, define, locale, me, patch, t, toast } from "@comptoir/sdk";
import { Form } from "@comptoir/sdk/form.js";
import "@comptoir/sdk/elements/card.js";
import { parts } from "./styles.js";

const LANGUAGES = [["ar", "العربية"], ["fr", "Français"], ["en", "English"]];

/** One's own name, and the language of one's screens and mails. */
class Profile extends Panel {
  static styles = [...Panel.styles, parts];

  form = new Form(this, {
    check: ({ name }) => ({ name: name.trim() ? "" : t("Enter your name, as your colleagues know you.") }),
    save: (changes) => this.save(changes),
  });

  constructor() {
    super();
    this.form.start({ name: me.name, locale: me.locale });
  }

  render() {
    const { form } = this;
    return html`<ui-card heading=${t("Profile")} text=${t("Your colleagues see your name; customers never do.")}>
      <form novalidate @submit=${form.submit} @input=${form.typed}>${form.notice()}
        <div class="pair"><ui-field name="name" label=${t("Name")} autocomplete="name" .value=${form.values.name} .error=${form.errors.name}></ui-field>
          <ui-field name="locale" label=${t("Language")} .options=${LANGUAGES} .value=${form.values.locale} .error=${form.errors.locale} hint=${t("Of your screens and of mails to you.")}></ui-field></div>
        <ui-field ltr disabled label=${t("Email")} .value=${me.email ?? ""} hint=${t("You log in with it.")}></ui-field>
        <div class="acts"><ui-button variant="primary" type="submit" ?busy=${form.busy} ?disabled=${!form.dirty}>${t("Save")}</ui-button></div>
      </form></ui-card>`;
  }

  async save(changes) {
    if (changes.name) changes.name = changes.name.trim();
    await patch("/api/v1/me", changes);
    Object.assign(me, changes);
    if (changes.locale && changes.locale !== locale) location.assign(`${location.pathname}?lang=${changes.locale}`);
    else toast({ text: t("Saved.") });
  }
}

define("settings-profile", Profile);
