import { css, html, nothing } from "lit";
import { Panel, bring, can, define, fmt, icon, memberName, t } from "@comptoir/sdk";
import { blocking } from "./block.js";
import "./facts.js";
import { markStyles, priorityOf, tagChip } from "./list/marks.js";
import { pane } from "./styles.js";
import { contactName, titleOf } from "./words.js";

const person = (contact) => html`
  ${contact.phone ? html`<span class="muted num" dir="ltr">${fmt.phone(contact.phone)}</span>` : html`<span class="muted">${t("Hides their phone number")}</span>`}
  ${contact.username ? html`<span class="muted" dir="ltr">@${contact.username}</span>` : nothing}
  <a href=${`/contacts/${contact.id}`}>${t("Edit contact")}</a>`;

const people = ({ description, participants, state }) => html`
  ${state === "active" ? nothing : html`<ui-chip tone="bad">${state === "suspended" ? t("Suspended by WhatsApp") : t("Deleted")}</ui-chip>`}
  ${description ? html`<span class="muted" dir="auto">${description}</span>` : nothing}
  ${participants.map((one) => html`<a href=${`/contacts/${one.id}`}><bdi>${contactName(one)}</bdi></a>`)}`;

/** Beside the conversation: the kernel's card of the contact, then the panels of plugins. */
class Detail extends Panel {
  static properties = { conversation: { attribute: false }, drawer: { type: Boolean, reflect: true }, gallery: { state: true } };
  static styles = [...Panel.styles, pane, markStyles, css`
    :host { background: var(--surface); overflow-y: auto; }
    .prof { position: relative; display: grid; justify-items: center; gap: 4px; padding: var(--sp-5) var(--sp-4); border-block-end: 1px solid var(--line); text-align: center; }
    .prof ui-avatar { margin-block-end: var(--sp-2); } .prof h2 { font-size: var(--fs-lg); font-weight: 650; max-inline-size: 100%; overflow-wrap: anywhere; }
    .prof a { font-size: var(--fs-preview); margin-block-start: var(--sp-2); font-weight: 550; text-decoration: none; } .prof a:hover { text-decoration: underline; }
    .x { position: absolute; inset-block-start: var(--sp-2); inset-inline-end: var(--sp-2); display: none; } :host([drawer]) .x { display: inline-grid; }
    .block { display: flex; flex-wrap: wrap; gap: var(--sp-2); align-items: center; justify-content: center; margin-block-start: var(--sp-2); }
    .card { padding: var(--sp-4); border-block-end: 1px solid var(--line); }
    .card h3 { font-size: var(--fs-sm); font-weight: 600; color: var(--text-2); margin-block-end: var(--sp-2); }
    .files { display: flex; align-items: center; gap: var(--sp-3); inline-size: 100%; min-block-size: 40px; border: 0; background: none; border-radius: var(--r-md); padding: 4px 8px; text-align: start; font-weight: 550; } .files:hover { background: var(--surface-2); } .files .icon { color: var(--text-2); }
    .kv { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 6px var(--sp-3); } .kv dt { color: var(--text-3); } .kv dd { text-align: end; overflow-wrap: anywhere; }
  `];

  /** Asked for when somebody wants them, and once. */
  async files() {
    await bring(import.meta, "./gallery/gallery.js");
    this.gallery = true;
  }

  /** A word that one presses to change it, for those who may. */
  labelled(what, words) {
    const run = async () => (await bring(import.meta, "./list/single.js")).label(this.conversation, what);
    return can("conversations.write") ? html`<button class="link" @click=${run}>${words}</button>` : words;
  }

  render() {
    const { conversation } = this;
    const { contact, group, account, assignee, team } = conversation;
    const words = { open: t("open"), snoozed: t("snoozed"), closed: t("closed") };
    return html`<section class="prof" aria-label=${group ? t("Group") : t("Contact")}>
        <button class="ib x" aria-label=${t("Hide details")} @click=${() => this.dispatchEvent(new Event("hide"))}>${icon("x")}</button>
        <ui-avatar size="large" name=${titleOf(conversation)}></ui-avatar><h2><bdi>${titleOf(conversation)}</bdi></h2>
        ${group ? people(group) : person(contact)}<div class="block">${blocking(conversation)}</div></section>
      <section class="card"><h3>${t("Conversation")}</h3><dl class="kv">
        <dt>${t("Status")}</dt><dd>${words[conversation.status]}</dd>
        ${conversation.snoozed_until ? html`<dt>${t("Until")}</dt><dd>${fmt.moment(conversation.snoozed_until)}</dd>` : nothing}
        <dt>${t("Assignee")}</dt><dd><bdi>${(assignee && (assignee.name ?? memberName(assignee.id))) || t("Nobody")}</bdi></dd>
        <dt>${t("Priority")}</dt><dd>${this.labelled("priority", priorityOf(conversation.priority)[1])}</dd>
        <dt>${t("Tags")}</dt><dd>${(conversation.tags ?? []).map((tag) => html`${tagChip(tag)} `)}${this.labelled("tag", conversation.tags?.length ? t("Change") : t("Add"))}</dd>
        ${conversation.waiting_since ? html`<dt>${t("Waiting since")}</dt><dd>${fmt.moment(conversation.waiting_since)}</dd>` : nothing}
        ${team ? html`<dt>${t("Team")}</dt><dd><bdi>${team.name}</bdi></dd>` : nothing}
        <dt>${t("Number")}</dt><dd><bdi>${account?.verified_name || fmt.phone(account?.display_phone_number)}</bdi></dd>
        <dt>${t("Since")}</dt><dd>${fmt.moment(conversation.created_at)}</dd></dl></section>
      <section class="card"><button class="files" @click=${() => this.files()}>${icon("image")}<span class="grow">${t("Files, links and voice")}</span>${icon("chevron-right", "small")}</button></section>
      ${this.gallery ? html`<ui-dialog open heading=${t("Files, links and voice")} @close=${() => { this.gallery = false; }}><inbox-gallery .conversation=${conversation} @leave=${() => { this.gallery = false; }}></inbox-gallery></ui-dialog>` : nothing}
      ${contact ? html`<inbox-facts contactId=${contact.id}></inbox-facts>` : nothing}
      <ui-slot name="conversation.detail" .ctx=${{ conversation, contact }}></ui-slot>`;
  }
}

define("inbox-detail", Detail);
