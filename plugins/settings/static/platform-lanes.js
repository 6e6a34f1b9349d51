import { css, html, nothing } from "lit";
import { Panel, define, fmt, get, t } from "@comptoir/sdk";
import { Load } from "@comptoir/sdk/load.js";
import { table, tableStyles } from "@comptoir/sdk/table.js";
import "@comptoir/sdk/elements/card.js";
import "@comptoir/sdk/elements/time.js";
import { phoneOf } from "./numbers-words.js";
import { parts } from "./styles.js";

const LOOK_AGAIN = 5_000; // ms
const PAGE = 50;

/** Every number of the installation that sends, waits or is held up. */
class PlatformLanes extends Panel {
  static styles = [...Panel.styles, parts, tableStyles, css`.table { border: 0; border-radius: 0; } .more { display: grid; justify-content: center; padding-block: var(--sp-4); } .late { color: var(--warn); } .value { font-variant-numeric: tabular-nums; }`];

  static properties = { busy: { state: true } };
  pages = 1;
  load = new Load(this, () => this.look());

  connectedCallback() {
    super.connectedCallback();
    const timer = setInterval(() => document.hidden || this.load.run(), LOOK_AGAIN);
    this.cleanup(() => clearInterval(timer));
  }

  /** As many pages as somebody has asked for, all anew: a queue that has moved must not stand on two of them. */
  async look() {
    const lanes = new Map();
    let next;
    for (let page = 0; page < this.pages && next !== null; page++) {
      const found = await get("/api/v1/platform/lanes", { limit: PAGE, cursor: next });
      for (const lane of found.items) lanes.set(lane.account.id, lane);
      next = found.next;
    }
    return { lanes: [...lanes.values()], next };
  }

  more = async () => {
    this.pages += 1;
    this.busy = true;
    await this.load.run();
    this.busy = false;
  };

  render() {
    return html`<ui-card heading=${t("Send lanes")} text=${t("Numbers that send, wait or are held up; whoever waits longest first.")}>${this.load.show((found) => this.lanes(found), { failed: t("The lanes could not be read."), rows: 2 })}</ui-card>`;
  }

  lanes({ lanes, next }) {
    if (!lanes.length) return html`<p class="said">${t("Nothing waits, and nothing was sent in the last minute.")}</p>`;
    const columns = [
      { label: t("Number"), first: true, size: "minmax(0, 2fr)", cell: ({ account, tenant }) => html`<div class="name"><bdi dir="ltr">${phoneOf(account)}</bdi></div><div class="said"><bdi>${tenant.name}</bdi></div>` },
      { label: t("Replies"), end: true, cell: ({ replies }) => fmt.number(replies) }, { label: t("In bulk"), end: true, cell: ({ bulk }) => fmt.number(bulk) },
      { label: t("Oldest"), end: true, cell: ({ oldest_at: at }) => (at ? html`<ui-time .at=${at}></ui-time>` : "—") },
      { label: t("Last minute"), end: true, cell: ({ sent_last_minute: sent, allowed_per_second: most }) => t("{n} of {most}", { n: fmt.number(sent), most: fmt.number(most * 60) }) },
      { label: t("Held up"), size: "minmax(0, 2fr)", cell: (lane) => this.held(lane) },
    ];
    return html`${table({ label: t("Send lanes"), columns, rows: lanes, key: ({ account }) => account.id })}
      ${next ? html`<div class="more"><ui-button ?busy=${this.busy} @click=${this.more}>${t("More numbers")}</ui-button></div>` : nothing}`;
  }

  held({ paused, bulk_paused: bulk }) {
    const pause = paused ?? bulk;
    if (!pause) return "—";
    return html`<span class="late">${paused ? nothing : html`${t("In bulk")}: `}${pause.error.title}${pause.error.code ? html` (<bdi dir="ltr">${pause.error.code}</bdi>)` : nothing}</span>${pause.until ? html`<div class="said">${t("Until {moment}", { moment: fmt.moment(pause.until) })}</div>` : nothing}`;
  }
}

define("settings-platform-lanes", PlatformLanes);
