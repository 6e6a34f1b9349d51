import { css, html, nothing } from "lit";
import { Panel, can, define, fmt, get, icon, t } from "@comptoir/sdk";
import { Load } from "@comptoir/sdk/load.js";
import { formatted } from "../content/text.js";
import { contactName, kindOf, statusOf } from "../words.js";
import { stepWords } from "./steps.js";

const REACHED = ["created", "accepted", "sent", "delivered", "read", "played", "failed"];

/** What became of one message: for everybody its times and whom it reached, for who may see it the whole road. */
class MessageDetails extends Panel {
  static properties = { message: { attribute: false }, conversation: { attribute: false }, reactions: { attribute: false } };
  static styles = [...Panel.styles, css`
    :host { display: grid; gap: var(--sp-4); }
    h3 { font-size: var(--fs-sm); font-weight: 600; color: var(--text-2); margin-block-end: var(--sp-1); }
    dl { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 4px var(--sp-3); } dt { color: var(--text-3); } dd { text-align: end; overflow-wrap: anywhere; }
    .bad { color: var(--bad); font-weight: 600; } .why { display: grid; gap: 4px; padding: var(--sp-3); border-radius: var(--r-md); background: var(--bad-soft); }
    ol { display: grid; gap: var(--sp-2); list-style: none; padding: 0; margin: 0; } ol li { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 0 var(--sp-3); padding-inline-start: var(--sp-3); border-inline-start: 2px solid var(--line-strong); }
    ol time { color: var(--text-3); font-size: var(--fs-sm); } ol small { text-align: -webkit-match-parent; text-align: match-parent; grid-column: 2; color: var(--text-3); font-size: var(--fs-sm); overflow-wrap: anywhere; }
    .old { padding: var(--sp-2) var(--sp-3); background: var(--surface-2); border-radius: var(--r-md); white-space: pre-wrap; overflow-wrap: anywhere; }
    code { font-size: var(--fs-sm); overflow-wrap: anywhere; }
  `];

  constructor() {
    super();
    if (can("messages.explain")) this.road = new Load(this, () => get(`/api/v1/messages/${this.message.id}/explanation`), { on: ["message.status"] });
    this.receipts = new Load(this, async () => (this.toGroup ? get(`/api/v1/messages/${this.message.id}/receipts`) : { items: [] }), { on: ["message.status"] });
  }

  get toGroup() {
    return Boolean(this.conversation.group) && this.message.direction === "outbound";
  }

  render() {
    const { message } = this;
    return html`${this.facts(message)}${message.error ? this.failure(message) : nothing}${this.toGroup ? this.receipts.show((told) => this.reach(told), { failed: t("The receipts could not be loaded."), rows: 2 }) : nothing}
      ${this.reactions ? this.reacted() : nothing}${message.original && !message.revoked_at ? html`<section><h3>${t("Before the edit")}</h3><div class="old">${formatted(message.original.body || kindOf(message.original.type)[1])}</div></section>` : nothing}
      ${this.road ? html`<section><h3>${t("Its road, step by step")}</h3>${this.road.show((told) => this.steps(told), { failed: t("The journal could not be loaded."), rows: 4 })}<p><a href="/settings.journal/message/${message.id}">${t("Open in the journal")}</a></p></section>` : nothing}`;
  }

  facts({ timestamps, type, direction, author, participant, at, edited_at: edited, revoked_at: revoked, wamid }) {
    const out = direction === "outbound";
    const names = { created: out ? t("Written") : t("Arrived here"), accepted: t("Accepted by WhatsApp"), sent: t("Sent"), delivered: t("Delivered"), read: t("Read"), played: t("Played"), failed: t("Not delivered") };
    const who = out ? author?.name ?? (author?.kind === "phone" ? t("The WhatsApp Business app") : t("A program")) : participant?.name ?? contactName(this.conversation.contact);
    return html`<dl><dt>${t("From")}</dt><dd><bdi>${who}</bdi></dd><dt>${t("Kind")}</dt><dd>${kindOf(type)[1]}</dd>
      ${out ? nothing : html`<dt>${t("Sent")}</dt><dd>${exact(at)}</dd>`}
      ${REACHED.filter((name) => timestamps?.[name]).map((name) => html`<dt>${names[name]}</dt><dd>${exact(timestamps[name])}</dd>`)}
      ${edited ? html`<dt>${t("Edited")}</dt><dd>${exact(edited)}</dd>` : nothing}${revoked ? html`<dt>${t("Deleted")}</dt><dd>${exact(revoked)}</dd>` : nothing}
      ${wamid ? html`<dt>${t("WhatsApp's id")}</dt><dd><code dir="ltr">${wamid}</code></dd>` : nothing}</dl>`;
  }

  failure({ error, status }) {
    if (!["failed", "uncertain"].includes(status)) return nothing;
    return html`<section class="why"><span class="bad" dir="auto">${error.title ?? statusOf(status)[2]}</span>${error.cause ?? error.details ? html`<span dir="auto">${error.cause ?? error.details}</span>` : nothing}
      ${error.cure ? html`<span dir="auto">${error.cure}</span>` : nothing}${error.code ? html`<span class="muted">${t("WhatsApp's code: {code}", { code: error.code })}</span>` : nothing}</section>`;
  }

  reach({ items }) {
    if (!items.length) return html`<p class="muted">${t("It has reached nobody yet.")}</p>`;
    const furthest = (one) => ["played", "read", "delivered", "sent", "failed"].find((name) => one[name]);
    return html`<section><h3>${t("Whom it reached")}</h3><dl>${items.map((one) => { const name = furthest(one); return html`<dt><bdi>${one.contact?.name ?? fmt.phone(one.participant)}</bdi></dt><dd>${name ? html`${statusOf(name)[2]}, ${exact(one[name])}` : nothing}</dd>`; })}</dl></section>`;
  }

  reacted() {
    return html`<section><h3>${t("Reactions")}</h3><dl>${[...this.reactions.values()].map(({ emoji, name }) => html`<dt>${emoji}</dt><dd><bdi>${name ?? contactName(this.conversation.contact)}</bdi></dd>`)}</dl></section>`;
  }

  steps({ steps }) {
    return html`<ol>${steps.map((step) => { const { title, detail } = stepWords(step); return html`<li>${step.at ? html`<time datetime=${step.at} title=${fmt.moment(step.at)} dir="ltr">${precise(step.at)}</time>` : html`<span>${icon("clock", "small")}</span>`}<span>${title}</span>${detail ? html`<small dir="auto">${detail}</small>` : nothing}</li>`; })}</ol>`;
  }
}

const exact = (iso) => html`<time datetime=${iso}>${fmt.moment(iso)}</time>`;
/** To the millisecond: steps follow each other fast. */
const precise = (iso) => new Date(iso).toTimeString().slice(0, 8) + new Date(iso).toISOString().slice(19, 23);

define("inbox-message-details", MessageDetails);
