import { css, html, nothing } from "lit";
import { ApiError, Panel, define, icon, post, remove, t, toast } from "@comptoir/sdk";
import { wordsFor } from "@comptoir/sdk/problems.js";
import { table, tableStyles } from "@comptoir/sdk/table.js";
import { Undo } from "@comptoir/sdk/undo.js";
import "@comptoir/sdk/elements/notice.js";
import { ago } from "@comptoir/sdk/elements/time.js";
import { roleName } from "./roles-words.js";
import { parts } from "./styles.js";

/** Invitations that wait for an answer, or waited too long. */
class Waiting extends Panel {
  static properties = { people: { attribute: false }, problems: { state: true }, busy: { state: true } };
  static styles = [...Panel.styles, parts, tableStyles, css`
    .mail { font-weight: 550; } .acts { margin: 0; justify-content: flex-end; flex-wrap: nowrap; } ui-notice { margin-block: 0 var(--sp-2); }
  `];

  undo = new Undo(this);

  constructor() {
    super();
    Object.assign(this, { problems: {}, busy: null });
  }

  render() {
    const shown = this.people.invitations.filter(({ id }) => !this.undo.holds(id));
    if (!shown.length) return html`<ui-empty icon="mail" text=${t("No invitation is waiting. Whom you invite stands here until they have come.")}>
      <ui-button icon="user-plus" @click=${() => this.dispatchEvent(new Event("invite"))}>${t("Invite people")}</ui-button></ui-empty>`;
    return table({ label: t("Invitations"), columns: this.columns, rows: shown, below: ({ id }) => (this.problems[id] ? html`<ui-notice tone="bad">${this.problems[id]}</ui-notice>` : nothing) });
  }

  get columns() {
    const { roles, teams } = this.people;
    const names = (ids) => ids.map((id) => teams.find((team) => team.id === id)?.name).filter(Boolean).join(", ");
    return [
      { label: t("Address"), first: true, size: "minmax(0, 2fr)", cell: ({ email, invited_by: by }) => html`<div class="mail cut"><bdi dir="ltr">${email}</bdi></div><div class="said">${by ? t("by {name}", { name: by.name }) : nothing}</div>` },
      { label: t("Role"), size: "minmax(0, 1fr)", cell: ({ role }) => html`<bdi>${roleName(role, roles)}</bdi>` },
      { label: t("Teams"), size: "minmax(0, 1fr)", cell: ({ teams: ids }) => html`<bdi>${names(ids) || "–"}</bdi>` },
      { label: t("State"), size: "minmax(0, 1.2fr)", cell: (invitation) => state(invitation) },
      { label: t("Actions"), size: "auto", end: true, acts: true, cell: (invitation) => this.acts(invitation) },
    ];
  }

  acts(invitation) {
    const { email } = invitation;
    return html`<div class="acts"><ui-button ?busy=${this.busy === invitation.id} label=${t("Send {email} a new link", { email })} @click=${() => this.renew(invitation)}>${t("Send again")}</ui-button>
      <ui-button variant="plain" label=${t("Revoke the invitation of {email}", { email })} @click=${() => this.revoke(invitation)}>${icon("trash-2", "small")}</ui-button></div>`;
  }

  async renew(invitation) {
    this.busy = invitation.id;
    this.mark(invitation, "");
    try {
      Object.assign(invitation, await post(`/api/v1/invitations/${invitation.id}/renewals`));
      toast({ text: t("{email} gets a new link, good for a day. The old one no longer works.", { email: invitation.email }) });
    } catch (error) {
      this.mark(invitation, words(error));
    } finally {
      this.busy = null;
    }
  }

  revoke(invitation) {
    const { id, email } = invitation;
    this.undo.later({
      id, text: t("The link of {email} will no longer work.", { email }),
      act: async () => { await remove(`/api/v1/invitations/${id}`); this.dispatchEvent(new Event("changed")); },
      failed: (error) => this.mark(invitation, words(error)),
    });
  }

  mark({ id }, problem) {
    this.problems = { ...this.problems, [id]: problem };
  }
}

function state({ state: now, expires_at: until }) {
  return now === "expired" ? html`<ui-chip tone="warn" icon="clock">${t("Expired {time}", { time: ago(until) })}</ui-chip>` : html`<ui-chip icon="mail">${t("Expires {time}", { time: ago(until) })}</ui-chip>`;
}

function words(error) {
  if (error instanceof ApiError && error.status === 409) return t("It was accepted or revoked meanwhile. Reload the page to see how it stands.");
  if (error instanceof ApiError && error.status === 403) return t("You cannot give a role that may do more than yours. Ask an owner.");
  return wordsFor(error);
}

define("settings-waiting", Waiting);
