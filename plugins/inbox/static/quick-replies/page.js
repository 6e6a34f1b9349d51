import { css, html, nothing } from "lit";
import { keyed } from "lit/directives/keyed.js";
import { Panel, can, define, icon, navigate, remove, t, tn } from "@comptoir/sdk";
import { Load, everything } from "@comptoir/sdk/load.js";
import { onTopic } from "@comptoir/sdk/ledger.js";
import { Undo } from "@comptoir/sdk/undo.js";
import { folded } from "../folding.js";
import "./form.js";
import { REPLIES, SHARE } from "./store.js";

const HERE = "/inbox.quick_replies";

/** Quick replies: the organisation's, and one's own. */
class QuickReplies extends Panel {
  static properties = { query: { state: true } };
  static styles = [...Panel.styles, css`
    :host { padding: var(--sp-5); max-inline-size: calc(760px + 2 * var(--sp-5)); margin-inline: auto; }
    .bar { display: flex; flex-wrap: wrap; gap: var(--sp-2) var(--sp-3); align-items: center; margin-block-end: var(--sp-4); } .lede { flex: 1 1 320px; color: var(--text-2); max-inline-size: 68ch; text-wrap: pretty; }
    .search { inline-size: 100%; min-block-size: 36px; padding: 6px var(--sp-3); border: 1px solid var(--line); border-radius: var(--r-md); background: var(--surface); margin-block-end: var(--sp-4); } .search::placeholder { color: var(--text-3); opacity: 1; }
    h2 { font-size: var(--fs-sm); font-weight: 600; color: var(--text-3); margin-block: var(--sp-4) var(--sp-2); }
    .list { border: 1px solid var(--line); border-radius: var(--r-lg); background: var(--surface); overflow: clip; list-style: none; margin: 0; padding: 0; } .list li { display: flex; align-items: center; gap: var(--sp-2); padding-inline-end: var(--sp-3); } .list li + li { border-block-start: 1px solid var(--line); }
    .one { flex: 1; min-inline-size: 0; display: grid; gap: 2px; padding: var(--sp-3) var(--sp-4); color: inherit; text-decoration: none; text-align: start; } a.one:hover .title { text-decoration: underline; } .one:focus-visible { box-shadow: inset 0 0 0 2px var(--accent); border-radius: var(--r-lg); }
    .top { display: flex; gap: var(--sp-2); align-items: baseline; min-inline-size: 0; } .short { color: var(--accent); font-weight: 600; flex: none; } .title { font-weight: 550; } .body { color: var(--text-3); font-size: var(--fs-preview); }
    @media (max-width: 760px) { :host { padding: var(--sp-3); } .search { min-block-size: 44px; font-size: max(16px, var(--fs-md)); } .bar ui-button { inline-size: 100%; } }
  `];

  replies = new Load(this, () => everything(REPLIES));
  undo = new Undo(this);

  constructor() {
    super();
    this.query = "";
  }

  connectedCallback() {
    super.connectedCallback();
    this.cleanup(onTopic("inbox.quick_replies", () => this.replies.run()));
  }

  render() {
    return this.replies.show((all) => html`<div class="bar"><p class="lede">${t("Words that you write again and again. In a conversation type / and the beginning of the shortcut.")}</p>
        <ui-button variant="primary" icon="plus" @click=${() => navigate(`${HERE}/new`)}>${t("New quick reply")}</ui-button></div>
      ${all.length > 8 ? html`<input class="search" type="search" aria-label=${t("Search quick replies")} placeholder=${t("Search quick replies")} @input=${(event) => { this.query = event.target.value; }}>` : nothing}
      ${all.length ? this.groups(all) : this.none()}${this.opened(all)}`, { failed: t("The quick replies could not be loaded."), rows: 5 });
  }

  none() {
    return html`<ui-empty icon="zap" text=${t("No quick reply yet. Make one of the answer you give most often.")}><ui-button icon="plus" @click=${() => navigate(`${HERE}/new`)}>${t("New quick reply")}</ui-button></ui-empty>`;
  }

  groups(all) {
    const wanted = folded(this.query.trim());
    const seen = all.filter((one) => !this.undo.holds(one.id) && folded(`${one.shortcut} ${one.title} ${one.body}`).includes(wanted)).sort((a, b) => a.shortcut.localeCompare(b.shortcut));
    const groups = [[t("Everybody's"), seen.filter(({ shared }) => shared)], [t("Your own"), seen.filter(({ shared }) => !shared)]];
    if (!seen.length) return html`<p class="lede">${t("No quick reply for “{query}”.", { query: this.query })}</p>`;
    return groups.filter(([, found]) => found.length).map(([heading, found]) => html`<h2>${heading}</h2><ul class="list">${found.map((one) => this.row(one))}</ul>`);
  }

  row(reply) {
    const { id, shortcut, title, body, language, files, shared } = reply;
    const inner = html`<span class="top"><bdi class="short" dir="ltr">/${shortcut}</bdi><span class="title cut" dir="auto">${title}</span>${language ? html`<ui-chip>${language}</ui-chip>` : nothing}</span>
      <span class="body cut" dir="auto">${body || tn("{n} file", "{n} files", files.length)}</span>`;
    if (shared && !can(SHARE)) return html`<li><div class="one">${inner}</div></li>`;
    return html`<li><a class="one" href=${`${HERE}/${id}`}>${inner}</a>
      <ui-menu .items=${[{ label: t("Edit"), icon: "pencil", run: () => navigate(`${HERE}/${id}`) }, { label: t("Delete"), icon: "trash-2", run: () => this.drop(reply) }]}>
        <button slot="trigger" class="ib" aria-label=${t("More on {name}", { name: title })}>${icon("ellipsis-vertical")}</button></ui-menu></li>`;
  }

  opened(all) {
    const rest = this.ctx?.rest;
    const reply = all.find(({ id }) => id === rest);
    if (!rest || (rest !== "new" && !reply)) return nothing;
    return keyed(rest, html`<inbox-quick-reply .reply=${reply ?? null} @saved=${this.saved} @close=${() => navigate(HERE)}></inbox-quick-reply>`);
  }

  saved = async () => {
    await this.replies.run();
    navigate(HERE);
  };

  drop({ id, title }) {
    this.undo.later({ id, text: t("{name} will be deleted.", { name: title }), act: async () => { await remove(`${REPLIES}/${id}`); await this.replies.run(); } });
  }
}

define("inbox-quick-replies", QuickReplies);
