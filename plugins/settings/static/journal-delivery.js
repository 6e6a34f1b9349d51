import { css, html, nothing } from "lit";
import { Panel, define, fmt, get, t } from "@comptoir/sdk";
import { Load } from "@comptoir/sdk/load.js";
import "@comptoir/sdk/elements/card.js";
import { kindWords } from "./journal-words.js";
import { links } from "./styles.js";

/** One delivery: what it said, item by item, and its content as Meta sent it. */
class JournalDelivery extends Panel {
  static properties = { delivery: {}, prefix: {}, here: {} };
  static styles = [...Panel.styles, links, css`
    .back { display: inline-block; margin-block-end: var(--sp-3); } .said { color: var(--text-2); margin-block-end: var(--sp-3); } ul { margin: 0 0 var(--sp-3); padding: 0; } li { overflow-wrap: anywhere; }
    pre { margin: 0; padding: var(--sp-3); background: var(--surface-2); border-radius: var(--r-sm); font: 400 var(--fs-sm)/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere; max-block-size: 60dvh; overflow-y: auto; text-align: start; }
  `];

  load = new Load(this, () => get(`/api/v1${this.prefix ?? ""}/journal/deliveries/${this.delivery}`));

  render() {
    return html`<a class="back" href=${this.here}>${t("All deliveries")}</a>${this.load.show((one) => html`<ui-card heading=${t("Delivery {n}", { n: one.id })}>
      <p class="said">${fmt.moment(one.received_at)} · <bdi dir="ltr">${one.app}</bdi>${one.waiting ? html` · ${t("Not applied yet")}` : nothing}</p>
      <ul>${one.items.map(({ kind, what, wamid, tenant }) => html`<li>${kindWords(kind)} <bdi dir="ltr">${what}</bdi>${this.prefix ? html` <bdi dir="ltr">${tenant.slug}</bdi>` : nothing}${wamid ? html` <a href="${this.here}/wamid/${encodeURIComponent(wamid)}"><bdi dir="ltr">${wamid}</bdi></a>` : nothing}</li>`)}</ul>
      <pre dir="ltr" tabindex="0" aria-label=${t("The content")}>${typeof one.content === "string" ? one.content : JSON.stringify(one.content, null, 2)}</pre></ui-card>`, { failed: t("The delivery could not be loaded. It may be older than deliveries are kept."), rows: 6 })}`;
  }
}

define("settings-journal-delivery", JournalDelivery);
