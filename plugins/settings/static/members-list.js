import { css, html, nothing } from "lit";
import { ApiError, Panel, define, icon, me, patch, remove, t, toast } from "@comptoir/sdk";
import { wordsFor } from "@comptoir/sdk/problems.js";
import { table, tableStyles } from "@comptoir/sdk/table.js";
import { Undo } from "@comptoir/sdk/undo.js";
import { confirm } from "@comptoir/sdk/elements/confirm.js";
import "@comptoir/sdk/elements/notice.js";
import "@comptoir/sdk/elements/time.js";
import { mayGive, roleName } from "./roles-words.js";
import { parts } from "./styles.js";

/** The members: their role changes in its row, at once; who is removed can be brought back for a moment. */
class MemberList extends Panel {
  static properties = { people: { attribute: false }, query: {}, problems: { state: true }, roles: { state: true } };
  static styles = [...Panel.styles, parts, tableStyles, css`
    select { min-block-size: 34px; max-inline-size: 100%; border: 1px solid var(--line); border-radius: var(--r-md); background: var(--surface); padding: 4px var(--sp-2); } select:hover { border-color: var(--line-strong); }
    .teams { display: flex; flex-wrap: wrap; gap: 4px; } .email { color: var(--text-3); font-size: var(--fs-sm); } .off { color: var(--text-3); }
    ui-notice { margin-block: 0 var(--sp-2); }
    @media (pointer: coarse) { select { min-block-size: 44px; } }
    @media (max-width: 760px) { .teams { justify-content: flex-end; } }
  `];

  undo = new Undo(this);

  constructor() {
    super();
    Object.assign(this, { problems: {}, roles: {} });
  }

  render() {
    const shown = this.people.members.filter((member) => !this.undo.holds(member.id) && suits(member, this.query, this.people.roles)).sort(byName);
    if (!shown.length && this.query) return html`<ui-empty icon="search" text=${t("Nobody here is called “{query}”.", { query: this.query })}></ui-empty>`;
    return html`${table({ label: t("Members"), columns: this.columns, rows: shown, below: (member) => this.problem(member) })}${
      this.people.members.length > 1 || this.query ? nothing : html`<ui-empty icon="users" text=${t("You are alone here so far. Invite your colleagues by their addresses.")}>
        <ui-button variant="primary" icon="user-plus" @click=${() => this.dispatchEvent(new Event("invite"))}>${t("Invite people")}</ui-button></ui-empty>`}`;
  }

  get columns() {
    return [
      { label: t("Name"), first: true, size: "minmax(0, 2.2fr)", cell: (member) => this.person(member) },
      { label: t("Role"), size: "minmax(120px, 1fr)", cell: (member) => this.role(member) },
      { label: t("Teams"), size: "minmax(0, 1.4fr)", cell: ({ teams }) => (teams.length ? html`<div class="teams">${teams.map(({ name }) => html`<ui-chip><bdi>${name}</bdi></ui-chip>`)}</div>` : html`<span class="off">–</span>`) },
      { label: t("Second factor"), size: "minmax(84px, .7fr)", cell: ({ second_factor: on }) => (on ? html`<ui-chip tone="ok" icon="shield-check">${t("On")}</ui-chip>` : html`<span class="off">${t("Off")}</span>`) },
      { label: t("Last seen"), size: "minmax(84px, .9fr)", cell: ({ last_seen_at: seen }) => (seen ? html`<ui-time class="said" .at=${seen}></ui-time>` : html`<span class="said">${t("never")}</span>`) },
      { label: t("More"), bare: true, size: "36px", cell: (member) => this.more(member) },
    ];
  }

  person({ id, name, email }) {
    return html`<div class="person"><ui-avatar name=${name}></ui-avatar><div><div class="name cut"><bdi>${name}</bdi>${id === me.id ? html` <ui-chip>${t("You")}</ui-chip>` : nothing}</div>
      ${email ? html`<div class="email cut" dir="ltr">${email}</div>` : nothing}</div></div>`;
  }

  role(member) {
    const now = this.roles[member.id] ?? member.role;
    const choices = this.people.roles.filter((role) => role.key === now || mayGive(role));
    if (choices.length < 2) return roleName(now, this.people.roles);
    return html`<select aria-label=${t("Role of {name}", { name: member.name })} aria-invalid=${this.problems[member.id] ? "true" : nothing} .value=${now} @change=${(event) => this.give(member, event.target)}>
      ${choices.map(({ key }) => html`<option value=${key} ?selected=${key === now}>${roleName(key, this.people.roles)}</option>`)}</select>`;
  }

  more(member) {
    return html`<ui-menu .items=${[{ label: member.id === me.id ? t("Leave this organisation") : t("Remove"), icon: "user-minus", run: () => this.drop(member) }]}>
      <button slot="trigger" class="ib" aria-label=${t("More on {name}", { name: member.name })}>${icon("ellipsis-vertical")}</button></ui-menu>`;
  }

  problem({ id }) {
    const words = this.problems[id];
    return words ? html`<ui-notice tone="bad">${words}</ui-notice>` : nothing;
  }

  /** The new role stands at once; refused, the old one is back and the reason below it. */
  async give(member, select) {
    const role = select.value;
    if (member.id === me.id && !(await this.sure(role))) return void (select.value = member.role);
    this.mark(member, "", role);
    try {
      Object.assign(member, await patch(`/api/v1/members/${member.id}`, { role }));
      this.mark(member, "");
      toast({ text: t("{name} is now {role}.", { name: member.name, role: roleName(role, this.people.roles) }) });
      if (member.id === me.id) location.reload();
    } catch (error) {
      this.mark(member, words(error));
      select.value = member.role;
    }
  }

  sure(role) {
    return confirm({
      heading: t("Change your own role?"), text: t("As {role} you may be unable to change it back.", { role: roleName(role, this.people.roles) }),
      act: t("Change my role"), danger: true,
    });
  }

  async drop(member) {
    const { id, name } = member;
    this.mark(member, "");
    if (id === me.id && !(await this.leaving())) return;
    this.undo.later({
      id, text: id === me.id ? t("You are leaving.") : t("{name} will be removed. Their conversations become unassigned.", { name }),
      act: async () => {
        await remove(`/api/v1/members/${id}`);
        if (id === me.id) location.assign("/");
        this.dispatchEvent(new Event("changed"));
      },
      failed: (error) => this.mark(member, words(error)),
    });
  }

  leaving() {
    return confirm({ heading: t("Leave this organisation?"), text: t("You lose access at once. To come back, somebody must invite you."), act: t("Leave"), danger: true });
  }

  mark({ id }, problem, role) {
    this.problems = { ...this.problems, [id]: problem };
    this.roles = { ...this.roles, [id]: role };
  }
}

function words(error) {
  if (error instanceof ApiError && error.status === 409) return t("The last owner stays owner: make somebody else an owner first.");
  if (error instanceof ApiError && error.status === 403) return t("You cannot give or take a role that may do more than yours. Ask an owner.");
  return wordsFor(error);
}

const byName = (one, other) => one.name.localeCompare(other.name) || (one.id < other.id ? -1 : 1);

function suits({ name, email, role, teams }, query, roles) {
  const text = [name, email, roleName(role, roles), ...teams.map((team) => team.name)].join(" ").toLocaleLowerCase();
  return query.trim().toLocaleLowerCase().split(/\s+/).every((word) => text.includes(word));
}

define("settings-member-list", MemberList);
