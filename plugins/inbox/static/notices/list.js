import { css, html, nothing } from "lit";
import { Panel, define, get, icon, navigate, put, t } from "@comptoir/sdk";
import { ledger, onTopic } from "@comptoir/sdk/ledger.js";
import "@comptoir/sdk/elements/time.js";
import { PICTURES, quoted, told } from "./words.js";

const BASE = "/api/v1/p/inbox/notices";
const PAGE = 30;

/** The last notifications, newest first, in a popover beside the bell. */
class Notices extends Panel {
  static properties = { items: { state: true }, next: { state: true }, error: { state: true } };
  static styles = [...Panel.styles, css`
    .box { position: fixed; inset: auto auto var(--sp-4) calc(var(--rail-w) + var(--sp-2)); margin: 0; inline-size: min(380px, calc(100vw - 16px)); max-block-size: min(560px, calc(100dvh - 32px)); overflow: hidden; padding: 0; border: 1px solid var(--line); border-radius: var(--r-lg); background: var(--surface); color: var(--text); box-shadow: var(--sh-float); }
    .box:popover-open { display: flex; flex-direction: column; }
    :host(:dir(rtl)) .box { inset-inline: auto; inset-inline-start: calc(var(--rail-w) + var(--sp-2)); }
    header { display: flex; align-items: center; gap: var(--sp-2); padding: var(--sp-3) var(--sp-4); border-block-end: 1px solid var(--line); } h2 { font-size: var(--fs-md); font-weight: 650; }
    ul { overflow-y: auto; min-block-size: 120px; padding: 4px; } li button { display: grid; grid-template-columns: 20px minmax(0, 1fr) auto; gap: 2px var(--sp-3); align-items: start; inline-size: 100%; min-block-size: 44px; padding: 8px 10px; border: 0; background: none; border-radius: var(--r-md); text-align: start; } li button:hover { background: var(--surface-2); }
    li .icon { color: var(--text-3); inline-size: 18px; block-size: 18px; } .new { font-weight: 600; } .new .icon { color: var(--accent); } .pv { grid-column: 2; color: var(--text-3); font-size: var(--fs-preview); font-weight: 400; } ui-time { color: var(--text-3); font-size: var(--fs-sm); font-weight: 400; }
    footer { display: flex; justify-content: space-between; padding: var(--sp-2) var(--sp-4); border-block-start: 1px solid var(--line); font-size: var(--fs-preview); } .more { inline-size: 100%; padding: 8px; }
    @media (max-width: 760px) { .box { inset: auto 8px calc(68px + env(safe-area-inset-bottom)); inline-size: auto; } }
  `];

  connectedCallback() {
    super.connectedCallback();
    this.cleanup(onTopic("inbox.notices", () => this.load()));
    this.load();
  }

  firstUpdated() {
    this.box.showPopover();
    this.box.focus();
  }

  get box() {
    return this.renderRoot.querySelector(".box");
  }

  async load(cursor = null) {
    this.error = null;
    try {
      const page = await get(BASE, { limit: PAGE, cursor });
      ledger.apply({ type: "fetched.conversations", data: { items: page.items.map(({ conversation }) => conversation) } });
      Object.assign(this, { items: [...(cursor ? this.items : []), ...page.items], next: page.next });
    } catch (error) {
      this.error = error;
    }
  }

  render() {
    return html`<div class="box" popover="auto" role="dialog" tabindex="-1" aria-label=${t("Notifications")} @toggle=${({ newState }) => newState === "closed" && this.dispatchEvent(new Event("close"))}>
      <header><h2 class="grow">${t("Notifications")}</h2><button class="link" @click=${this.all}>${t("Mark all read")}</button></header>
      ${this.error ? html`<ui-error text=${t("The notifications could not be loaded.")} .error=${this.error} @retry=${() => this.load()}></ui-error>` : this.list()}
      <footer><a href="/inbox.notifications" @click=${() => this.box.hidePopover()}>${t("Settings of notifications")}</a></footer></div>`;
  }

  list() {
    if (!this.items) return html`<ui-skeleton rows="4"></ui-skeleton>`;
    if (!this.items.length) return html`<ui-empty icon="bell" text=${t("Nothing yet. What concerns you stands here.")}></ui-empty>`;
    return html`<ul>${this.items.map((notice) => this.row(notice))}${this.next ? html`<li><button class="link more" @click=${() => this.load(this.next)}>${t("Show earlier ones")}</button></li>` : nothing}</ul>`;
  }

  row(notice) {
    const conversation = ledger.conversation(notice.conversation.id) ?? notice.conversation;
    const words = quoted(notice, conversation);
    return html`<li class=${notice.read ? "" : "new"}><button @click=${() => this.go(conversation.id)}>${icon(PICTURES[notice.kind])}<span dir="auto">${told(notice, conversation)}${notice.read ? nothing : html`<span class="sr">${t("Unread")}</span>`}</span><ui-time at=${notice.at}></ui-time>
      ${words ? html`<span class="pv cut" dir="auto">${words}</span>` : nothing}</button></li>`;
  }

  go(id) {
    this.box.hidePopover();
    navigate(`/inbox/${id}`);
  }

  all = async () => {
    try {
      await put(`${BASE}/read`, {});
      await this.load();
    } catch (error) {
      this.error = error;
    }
  };
}

define("inbox-notices", Notices);
