import { css, html, nothing } from "lit";
import { Panel, bring, can, define, fmt, get, icon, navigate, put, t, tn, toast } from "@comptoir/sdk";
import { ledger, onLive, onTopic, outbox } from "@comptoir/sdk/ledger.js";
import { presence } from "../presence/presence.js";
import { told } from "./words.js";

const BASE = "/api/v1/p/inbox/notices";

/** The bell on every page: how much is unread, what just happened, and a list of the last. */
class Bell extends Panel {
  static properties = { unread: { state: true }, open: { state: true } };
  static styles = [...Panel.styles, css`
    button { position: relative; display: grid; place-items: center; inline-size: 40px; block-size: 40px; border: 0; background: none; border-radius: var(--r-md); color: var(--text-2); } button:hover, button[aria-expanded=true] { background: var(--surface-2); color: var(--text); }
    .n { position: absolute; inset-block-start: 3px; inset-inline-end: 2px; background: var(--accent); color: var(--accent-fg); border-radius: var(--r-full); min-inline-size: 16px; padding-inline: 4px; font-size: 10px; font-weight: 700; line-height: 16px; text-align: center; font-variant-numeric: tabular-nums; }
    @media (max-width: 760px) { button { inline-size: 56px; block-size: 44px; } .n { inset-inline-end: 12px; } }
  `];

  shown = new Map(); // conversation → how to take its toast back

  constructor() {
    super();
    Object.assign(this, { unread: 0, open: false }); // as fields they would hide what Lit watches
  }

  connectedCallback() {
    super.connectedCallback();
    presence.start();
    this.cleanup(onTopic("inbox.notices", (word) => this.heard(word)));
    this.cleanup(onLive(() => this.count()));
    this.cleanup(presence.onLook((conversation) => conversation && this.read(conversation)));
    this.count();
    this.files().catch((error) => console.info("files of an earlier page stay where they are:", error.message));
    bring(import.meta, "./push.js").then(({ renew }) => renew()).catch((error) => console.info("this browser's push was not looked at:", error.message));
  }

  /** What was on its way when a page closed goes on at any page of the application. */
  async files() {
    if (!can("messages.send") || !await (await outbox.files()).countFiles()) return;
    await (await bring(import.meta, "../tray-keep.js")).goOn();
  }

  render() {
    const words = this.unread ? tn("{n} unread notification", "{n} unread notifications", this.unread) : t("Notifications");
    return html`<button aria-label=${words} title=${words} aria-haspopup="dialog" aria-expanded=${String(Boolean(this.open))} @click=${this.turn}>${icon("bell")}${this.unread ? html`<span class="n" aria-hidden="true">${this.unread > 99 ? "99+" : fmt.number(this.unread)}</span>` : nothing}</button>
      ${this.open ? html`<inbox-notices @close=${() => { this.open = false; }}></inbox-notices>` : nothing}`;
  }

  turn = async () => {
    await bring(import.meta, "./list.js");
    this.open = !this.open;
  };

  async count() {
    const answer = await get(`${BASE}/count`).catch((error) => console.info("unread notifications are not known:", error.message));
    if (answer) this.tell(answer.unread);
  }

  tell(unread) {
    this.unread = unread;
    if (unread) navigator.setAppBadge?.(unread);
    else navigator.clearAppBadge?.();
  }

  /** Either how many are left, or something new. */
  async heard(word) {
    if (!word.notice) return this.tell(word.unread);
    const { conversation: id, notice } = word;
    if (presence.conversation === id && !presence.away) return this.read(id);
    this.count();
    if (word.sound) bring(import.meta, "./sound.js").then(({ sound }) => sound(notice.id, word.tune));
    if (word.page && !document.hidden) await this.show(id, notice);
    return undefined;
  }

  async show(id, notice) {
    if (!ledger.conversation(id)) await ledger.fetchConversation(id).catch((error) => console.info("a conversation that a notice is about was not fetched:", error.message));
    this.shown.get(id)?.();
    this.shown.set(id, toast({ text: told(notice, ledger.conversation(id)), action: { label: t("Open it"), run: () => navigate(`/inbox/${id}`) } }));
  }

  /** What stands on the screen is no news. */
  async read(conversation) {
    this.shown.get(conversation)?.();
    this.shown.delete(conversation);
    const answer = await put(`${BASE}/read`, { conversation }).catch((error) => console.info("notifications were not marked read:", error.message));
    if (answer) this.tell(answer.unread);
  }
}

define("inbox-bell", Bell);
