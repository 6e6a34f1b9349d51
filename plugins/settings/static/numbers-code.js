import { css, html } from "lit";
import { Panel, define, t } from "@comptoir/sdk";
import "@comptoir/sdk/elements/copy.js";

/** The QR code of a link: to be scanned from the screen, or taken along for the printer. Fires "close". */
class Code extends Panel {
  static properties = { link: { attribute: false } };
  static styles = [...Panel.styles, css`
    figure { margin: 0; display: grid; justify-items: center; gap: var(--sp-3); text-align: center; }
    img { inline-size: min(260px, 70vw); block-size: auto; aspect-ratio: 1; border-radius: var(--r-md); background: var(--paper); border: 1px solid var(--line); padding: 6px; }
    figcaption { min-inline-size: 0; max-inline-size: 100%; } .words { overflow-wrap: anywhere; unicode-bidi: plaintext; } .address { color: var(--text-3); font-size: var(--fs-sm); overflow-wrap: anywhere; }
  `];

  render() {
    const { message, url, qr_svg: drawing } = this.link;
    return html`<ui-dialog open heading=${t("QR code")} @close=${() => this.dispatchEvent(new Event("close"))}>
      <figure><img alt=${t("QR code of {url}", { url })} src=${picture(drawing)}>
        <figcaption><p class="words">${message}</p><bdi class="address" dir="ltr">${url}</bdi></figcaption></figure>
      <ui-copy slot="actions" .text=${url}>${t("Copy the link")}</ui-copy>
      <ui-button slot="actions" variant="primary" icon="download" @click=${this.take}>${t("Download for print")}</ui-button></ui-dialog>`;
  }

  take = () => {
    Object.assign(document.createElement("a"), { href: picture(this.link.qr_svg), download: `whatsapp-${this.link.code}.svg` }).click();
  };
}

const picture = (drawing) => `data:image/svg+xml,${encodeURIComponent(drawing)}`;

define("settings-number-code", Code);
