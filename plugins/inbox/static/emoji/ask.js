/** Any emoji, for a reaction: a dialog of its own, whoever asks. */
import { html, render } from "lit";
import { t } from "@comptoir/sdk";
import "./emojis.js";

/** The chosen emoji, or null. */
export function askEmoji() {
  const place = document.body.appendChild(document.createElement("div"));
  return new Promise((resolve) => {
    const done = (emoji) => { resolve(emoji); place.remove(); };
    render(html`<ui-dialog open heading=${t("React with")} @close=${() => done(null)}><inbox-emojis plain @choose=${({ detail }) => done(detail)} @close=${(event) => event.stopPropagation()}></inbox-emojis></ui-dialog>`, place);
  });
}
