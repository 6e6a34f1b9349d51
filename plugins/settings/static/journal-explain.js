import { css, html, nothing } from "lit";
import { Panel, define, fmt, get, t } from "@comptoir/sdk";
import { Load } from "@comptoir/sdk/load.js";
import "@comptoir/sdk/elements/card.js";
import "./journal-steps.js";
import { outcomeWords } from "./journal-words.js";
import { links, parts } from "./styles.js";

/** "What became of this message?", by its id or its wamid; for the operator, of everybody whom it concerns. */
class JournalExplain extends Panel {
  static properties = { message: {}, wamid: {}, prefix: {}, here: {} };
  static styles = [...Panel.styles, links, parts, css`
    .head { display: flex; flex-wrap: wrap; gap: var(--sp-2) var(--sp-4); margin-block-end: var(--sp-3); color: var(--text-2); } h2 { font-size: var(--fs-lg); margin-block-end: var(--sp-2); } .wamid { overflow-wrap: anywhere; font-size: var(--fs-sm); color: var(--text-3); }
    .back { display: inline-block; margin-block-end: var(--sp-3); } ui-card { display: block; margin-block-end: var(--sp-4); }
  `];

  load = new Load(this, () => this.fetch());

  async fetch() {
    if (this.prefix) return (await get("/api/v1/platform/journal/explanations", { wamid: this.wamid })).items;
    return [await (this.message ? get(`/api/v1/messages/${this.message}/explanation`) : get("/api/v1/explanation", { wamid: this.wamid }))];
  }

  render() {
    return html`${this.here ? html`<a class="back" href=${this.here}>${t("All deliveries")}</a>` : nothing}
      ${this.load.show((found) => (found.length ? found.map((one) => this.one(one)) : html`<ui-empty icon="search" text=${t("Nothing is known of this message. Deliveries are kept for some weeks only.")}></ui-empty>`), { failed: t("The message could not be explained. It may not exist, or you may not see its conversation."), rows: 8 })}`;
  }

  one({ message, wamid, steps, tenant }) {
    return html`<ui-card heading=${t("What became of this message")}>
      <div class="head">${tenant ? html`<bdi dir="ltr">${tenant.slug}</bdi>` : nothing}${message ? this.about(message, tenant) : html`<span>${t("It is not among your messages.")}</span>`}</div>
      ${wamid ? html`<p class="wamid"><bdi dir="ltr">${wamid}</bdi></p>` : nothing}
      <settings-journal-steps .steps=${steps} here=${this.here ?? ""}></settings-journal-steps></ui-card>`;
  }

  about(message, tenant) {
    return html`<span>${message.direction === "inbound" ? t("From the customer") : t("To the customer")}</span><span>${fmt.moment(message.at)}</span>
      <span>${t("Number")} <bdi dir="ltr">${message.account.display_phone_number}</bdi></span>${message.author ? html`<span><bdi>${message.author}</bdi></span>` : nothing}
      <span>${outcomeWords(message.status)}</span>${tenant ? nothing : html`<a href="/inbox/${message.conversation_id}">${t("Open the conversation")}</a>`}`;
  }
}

define("settings-journal-explain", JournalExplain);
