import { html } from "lit";
import { Panel, define, locale, me, prefer, t, toast } from "@comptoir/sdk";
import { wordsFor } from "@comptoir/sdk/problems.js";
import "@comptoir/sdk/elements/card.js";
import "@comptoir/sdk/elements/check.js";
import { parts } from "./styles.js";

/** How one likes one's screens, on every device. Each choice is seen and kept at once. */
class Preferences extends Panel {
  static styles = [...Panel.styles, parts];

  render() {
    const { density, theme, digits, keys, sending } = me.preferences;
    const themes = [["auto", t("As the system")], ["light", t("Light")], ["dark", t("Dark")]];
    const densities = [["comfortable", t("Comfortable")], ["compact", t("Compact: more rows on the screen")]];
    const figures = [["latn", "0123456789"], ["arab", "٠١٢٣٤٥٦٧٨٩"]];
    const senders = [["enter", t("Enter")], ["ctrl_enter", t("Ctrl+Enter")]];
    return html`<ui-card heading=${t("Screens")} text=${t("On every device where you log in.")}>
      <div class="pair"><ui-field label=${t("Appearance")} .options=${themes} .value=${theme} @input=${(event) => this.keep({ theme: event.target.value })}></ui-field>
        <ui-field label=${t("Density of lists")} .options=${densities} .value=${density} @input=${(event) => this.keep({ density: event.target.value })}></ui-field></div>
      ${locale === "ar" ? html`<ui-field label=${t("Digits")} .options=${figures} .value=${digits} @input=${(event) => this.keep({ digits: event.target.value })}></ui-field>` : ""}
      <ui-field label=${t("What sends a message")} .options=${senders} .value=${sending} @input=${(event) => this.keep({ sending: event.target.value })}></ui-field>
      <ui-switch label=${t("Single-key shortcuts are on")} .checked=${keys} @input=${(event) => this.keep({ keys: event.target.checked })}></ui-switch></ui-card>`;
  }

  async keep(changes) {
    if (Object.entries(changes).every(([name, value]) => me.preferences[name] === value)) return; // the browser's own event, before the field's
    try {
      await prefer(changes);
      if (changes.digits) location.reload();
    } catch (error) {
      toast({ text: wordsFor(error) });
    }
    this.requestUpdate();
  }
}

define("settings-preferences", Preferences);
