import { css, html, nothing } from "lit";
import { Panel, can, define, icon, me, members, t, tags, teams, tn, toast } from "@comptoir/sdk";
import { ledger } from "@comptoir/sdk/ledger.js";
import { changeMany } from "./bulk.js";
import { choose } from "./choose.js";
import { priorities } from "./marks.js";
import { MOST } from "./selection.js";
import { naps } from "./snooze.js";
import { askTags } from "./tagging.js";

const NOBODY = null;

/** What can be done with all that is picked. Fires "all" and "done". */
class Bar extends Panel {
  static properties = { selection: { attribute: false }, size: { type: Number } };
  static styles = [...Panel.styles, css`
    :host { display: block; flex: none; border-block-start: 1px solid var(--line); background: var(--surface); padding: 4px var(--sp-2); padding-block-end: max(4px, env(safe-area-inset-bottom)); }
    .line { display: flex; align-items: center; gap: var(--sp-2); font-size: var(--fs-sm); min-block-size: 30px; padding-inline: var(--sp-1); } .line strong { font-weight: 650; font-variant-numeric: tabular-nums; }
    .acts { display: flex; justify-content: space-between; } .acts .ib { inline-size: 36px; block-size: 36px; }
    @media (max-width: 760px) { .acts .ib { inline-size: 44px; block-size: 44px; } }
  `];

  render() {
    return html`<div role="toolbar" aria-label=${t("Change what is picked")}>
      <div class="line"><strong class="grow" role="status">${tn("{n} picked", "{n} picked", this.size)}</strong>
        <button class="link" ?disabled=${this.size >= MOST} @click=${() => this.dispatchEvent(new Event("all"))}>${t("All of the list")}</button>
        <button class="link" @click=${() => this.done()}>${t("None")}</button></div>
      ${can("conversations.write") ? html`<div class="acts">${this.acts().map(([label, picture, run]) => html`<button class="ib" aria-label=${label} title=${label} @click=${run}>${icon(picture)}</button>`)}</div>` : nothing}</div>`;
  }

  get conversations() {
    return [...this.selection.ids].map((id) => ledger.conversation(id)).filter(Boolean);
  }

  acts() {
    const closed = this.conversations.every(({ status }) => status !== "open");
    return [
      [t("Assign…"), "user-plus", () => this.assign()], [t("Team…"), "users", () => this.team()], [t("Tags…"), "tag", () => this.tag()],
      [t("Priority…"), "triangle-alert", () => this.priority()], [t("Snooze…"), "moon", () => this.snooze()], [t("Mark read"), "check-check", () => this.read()],
      closed ? [t("Reopen"), "archive-restore", () => this.status("open")] : [t("Close"), "archive", () => this.status("closed")],
    ];
  }

  /** What is done with many is seen where they were: nothing stays picked. */
  change(change, options) {
    const ids = this.conversations.map(({ id }) => id);
    this.done();
    changeMany(ids, change, options);
  }

  done() {
    this.dispatchEvent(new Event("done"));
  }

  assign() {
    const give = (member) => this.change({ assignee: member?.id ?? null }, { shown: () => ({ assignee: member }) });
    const others = members.filter(({ id }) => id !== me.id);
    choose({ heading: t("Assign to"), options: [
      { label: t("Me ({name})", { name: me.name }), icon: "user-check", run: () => give({ id: me.id, name: me.name }) }, { label: t("Nobody"), icon: "circle-slash", run: () => give(NOBODY) },
      ...others.map(({ id, name }) => ({ label: name, icon: "user", run: () => give({ id, name }) }))] });
  }

  team() {
    const move = (team) => this.change({ team: team?.id ?? null }, { shown: () => ({ team }) });
    choose({ heading: t("Team"), options: [...teams.map(({ id, name }) => ({ label: name, icon: "users", run: () => move({ id, name }) })), { label: t("No team"), icon: "circle-slash", run: () => move(NOBODY) }] });
  }

  tag() {
    askTags(this.conversations, ({ add, remove }) => {
      if (!add.length && !remove.length) return this.done();
      const after = (on = []) => [...on.filter(({ id }) => !remove.includes(id)), ...tags.filter(({ id }) => add.includes(id) && !on.some((one) => one.id === id))];
      return this.change({ add_tags: add, remove_tags: remove }, { shown: (one) => ({ tags: after(one.tags) }) });
    });
  }

  priority() {
    choose({ heading: t("Priority"), options: priorities().map(([priority, label, picture]) => ({ label, icon: picture, run: () => this.change({ priority }, { shown: () => ({ priority }) }) })) });
  }

  snooze() {
    choose({ heading: t("Snooze until"), options: naps((until) => this.status("snoozed", until)) });
  }

  status(status, until = null) {
    const done = { open: (count) => tn("{n} conversation opened", "{n} conversations opened", count), closed: (count) => tn("{n} conversation closed", "{n} conversations closed", count), snoozed: (count) => tn("{n} conversation snoozed", "{n} conversations snoozed", count) }[status];
    this.change({ status, ...(until ? { until: until.toISOString() } : {}) }, { done, shown: () => ({ status, snoozed_until: until?.toISOString() ?? null }) });
  }

  /** WhatsApp tells the customers: there is no way back. */
  read() {
    if (this.conversations.every(({ unread }) => !unread)) toast({ text: t("All of them are read already.") });
    this.change({ read: true }, { undo: false, shown: () => ({ unread: 0 }), done: (count) => tn("{n} conversation marked read", "{n} conversations marked read", count) });
  }
}

define("inbox-bar", Bar);
