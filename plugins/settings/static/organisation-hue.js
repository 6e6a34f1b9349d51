import { css, html } from "lit";
import { Panel, define, t } from "@comptoir/sdk";

const HUES = () => [[163, t("Teal")], [140, t("Green")], [200, t("Sea")], [240, t("Blue")], [280, t("Violet")], [330, t("Rose")], [25, t("Red")], [60, t("Amber")]];

/** <settings-hue name="hue" .value=${163}>: the accent's hue. Lightness stays, and with it the contrast. */
class Hue extends Panel {
  static properties = { name: { reflect: true }, value: {} };
  static styles = [...Panel.styles, css`
    fieldset { border: 0; margin: 0; padding: 0; } legend { font-size: var(--fs-preview); font-weight: 550; margin-block-end: var(--sp-2); padding: 0; }
    .hues { display: flex; flex-wrap: wrap; gap: var(--sp-2); } label { position: relative; inline-size: 40px; block-size: 40px; border-radius: 50%; display: grid; place-items: center; cursor: pointer; }
    input { position: absolute; inset: 0; opacity: 0; margin: 0; cursor: inherit; } .swatch { inline-size: 28px; block-size: 28px; border-radius: 50%; background: var(--swatch); }
    label:has(:checked) { box-shadow: inset 0 0 0 2px var(--text); } label:has(:focus-visible) { box-shadow: var(--ring); }
    @media (pointer: coarse) { label { inline-size: 44px; block-size: 44px; } }
  `];

  render() {
    const hues = HUES();
    const known = hues.some(([hue]) => hue === Number(this.value)) ? hues : [[Number(this.value ?? 163), t("Your own")], ...hues];
    return html`<fieldset><legend>${t("Colour")}</legend><div class="hues">${known.map(([hue, name]) => html`
      <label title=${name}><input type="radio" name="hue" aria-label=${name} .checked=${hue === Number(this.value)} @input=${(event) => event.stopPropagation()} @change=${() => this.choose(hue)}>
        <span class="swatch" .style=${`--swatch: ${shade(hue)}`}></span></label>`)}</div></fieldset>`;
  }

  /** Seen at once on the whole screen; kept when it is saved. */
  choose(hue) {
    this.value = hue;
    document.documentElement.style.setProperty("--hue", hue);
    this.dispatchEvent(new Event("input", { bubbles: true }));
  }

  updated(changed) {
    if (changed.has("value") && this.value !== undefined) document.documentElement.style.setProperty("--hue", this.value);
  }
}

const shade = (hue) => `light-dark(oklch(var(--swatch-light) ${hue}), oklch(var(--swatch-dark) ${hue}))`;

define("settings-hue", Hue);
