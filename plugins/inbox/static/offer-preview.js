import { css, html } from "lit";
import { Panel, define, t } from "@comptoir/sdk";
import { offered, offerStyles } from "./offers.js";
import { preview } from "./templates/preview.js";

/** Buttons or a list as the customer will see them, while they are written. */
class OfferPreview extends Panel {
  static properties = { content: { attribute: false } };
  static styles = [...Panel.styles, preview, offerStyles, css`:host { display: block; margin-block-start: var(--sp-3); }`];

  render() {
    const { content } = this;
    return html`<section class="preview" aria-label=${t("What the customer will see")}><h3>${t("What the customer will see")}</h3><div class="bubble">${offered({ content }, () => html`<div class="words" dir="auto">${content.body.text}</div>`)}</div></section>`;
  }
}

define("inbox-offer-preview", OfferPreview);
