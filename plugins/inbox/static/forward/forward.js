import { css, html, nothing } from "lit";
import { Panel, define, fmt, get, navigate, t, tn, toast } from "@comptoir/sdk";
import { Load } from "@comptoir/sdk/load.js";
import { outbox } from "@comptoir/sdk/ledger.js";
import { preview, titleOf } from "../words.js";
import { forwarded } from "./content.js";

const TYPING = 180; // ms after the last letter until the server is asked
const NEWEST = 100;

const open = ({ window_expires_at: until, blocked_at: blocked }) => !blocked && Date.parse(until ?? 0) > Date.now();
const phoneOf = ({ contact }) => fmt.phone(contact?.phone);

/** To whom a message is sent on: conversations whose window is open, the newest first, or those of a name. Fires "close". */
class Forward extends Panel {
  static properties = { message: { attribute: false }, query: { state: true } };
  static styles = [...Panel.styles, css`
    input { inline-size: 100%; min-block-size: 40px; border: 1px solid var(--line-strong); border-radius: var(--r-md); background: var(--surface); padding: 8px 12px; } input::placeholder { color: var(--text-3); opacity: 1; }
    .said { color: var(--text-2); font-size: var(--fs-preview); border-inline-start: 3px solid var(--accent); padding-inline-start: 9px; margin-block-end: var(--sp-3); }
    ul { list-style: none; margin: var(--sp-2) 0 0; padding: 0; max-block-size: min(340px, 46dvh); overflow-y: auto; }
    li button { display: flex; align-items: center; gap: var(--sp-3); inline-size: 100%; min-block-size: 44px; padding: 4px 10px; border: 0; border-radius: var(--r-md); background: none; text-align: start; } li button:hover, li button:focus-visible { background: var(--surface-2); box-shadow: none; }
    .phone { color: var(--text-3); font-size: var(--fs-preview); } .none { color: var(--text-2); padding: var(--sp-3) 0; }
    @media (pointer: coarse) { input { min-block-size: 44px; font-size: max(16px, var(--fs-md)); } }
  `];

  found = new Load(this, () => this.fetch());

  constructor() {
    super();
    this.query = "";
  }

  firstUpdated() {
    this.renderRoot.querySelector("input").focus();
  }

  async fetch() {
    const q = this.query.trim();
    if (q.length < 2) return (await get("/api/v1/conversations", { status: "all", limit: NEWEST })).items;
    return (await get("/api/v1/search", { q, in: "names" })).conversations.map(({ conversation }) => conversation);
  }

  render() {
    return html`<ui-dialog open heading=${t("Forward to")} @close=${() => this.dispatchEvent(new Event("close"))}>
      <div class="said"><p class="cut" dir="auto">${preview(this.message).text}</p></div>
      <input type="search" autocomplete="off" aria-label=${t("Find a conversation")} placeholder=${t("Find a conversation")} .value=${this.query} @input=${this.typed} @keydown=${this.keys}>
      ${this.found.show((all) => this.list(all), { failed: t("The conversations could not be loaded."), rows: 4 })}</ui-dialog>`;
  }

  list(all) {
    const others = all.filter(({ id }) => id !== this.message.conversation_id);
    const shown = others.filter(open);
    const shut = others.length - shown.length;
    return html`<span class="sr" role="status">${tn("{n} found", "{n} found", shown.length)}</span><ul @keydown=${this.keys}>${shown.map((one) => html`<li><button type="button" @click=${() => this.choose(one)}><ui-avatar size="small" name=${titleOf(one)}></ui-avatar><bdi class="grow cut">${titleOf(one)}</bdi><span class="phone" dir="ltr">${phoneOf(one)}</span></button></li>`)}</ul>
      ${shown.length ? nothing : html`<p class="none">${this.query.trim() && !others.length ? t("Nothing found.") : t("Nobody else may be written to freely now.")}</p>`}
      ${shut && this.query.trim() ? html`<p class="none">${tn("{n} conversation is not shown: its 24-hour window is closed.", "{n} conversations are not shown: their 24-hour window is closed.", shut)}</p>` : nothing}`;
  }

  typed(event) {
    this.query = event.target.value;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.found.run(), TYPING);
  }

  keys(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const first = event.key === "Enter" && event.target.matches("input");
    if (!step && !first) return;
    event.preventDefault();
    const buttons = [...this.renderRoot.querySelectorAll("li button")];
    const at = buttons.indexOf(event.target.closest("button")) + (step ?? 1);
    if (at < 0) this.renderRoot.querySelector("input").focus();
    else buttons[Math.min(at, buttons.length - 1)]?.focus();
  }

  choose(conversation) {
    outbox.send({ conversation_id: conversation.id, ...forwarded(this.message) });
    toast({ text: t("Forwarded to {name}.", { name: titleOf(conversation) }), action: { label: t("Open it"), run: () => navigate(`/inbox/${conversation.id}`) } });
    this.renderRoot.querySelector("ui-dialog").leave();
  }
}

define("inbox-forward", Forward);

export function forward(message) {
  const asked = Object.assign(document.createElement("inbox-forward"), { message });
  asked.addEventListener("close", () => asked.remove());
  document.body.append(asked);
}
