import { css, html, nothing } from "lit";
import { Panel, define, icon, navigate, t } from "@comptoir/sdk";
import { Load, everything } from "@comptoir/sdk/load.js";
import "@comptoir/sdk/elements/tabs.js";
import { page, parts } from "./styles.js";
import { roleName } from "./roles-words.js";
import "./members-list.js";
import "./members-waiting.js";
import "./members-invite.js";

const HERE = "/settings.members";
const WAITING = `${HERE}/invitations`;
const INVITE = `${HERE}/invite`;

/** Who is here, who was asked to come, and asking more of them. */
class Members extends Panel {
  static properties = { query: { state: true } };
  static styles = [...Panel.styles, page, parts, css`.bar ui-tabs { flex: 1 1 auto; } @media (max-width: 760px) { .bar ui-tabs { flex-basis: 100%; } .search { flex-basis: 120px; } }`];

  people = new Load(this, async () => {
    const [members, invitations, roles, teams] = await Promise.all([
      everything("/api/v1/members"), everything("/api/v1/invitations"), everything("/api/v1/roles"), everything("/api/v1/teams")]);
    return { members, roles, teams, invitations: invitations.filter(({ state }) => state === "waiting" || state === "expired") };
  }, { on: ["member.", "team.", "role."] });

  connectedCallback() {
    super.connectedCallback();
    this.toggleAttribute("wide", true);
    this.query = "";
  }

  /** /settings.members/role/<key>: those who have that role, from the page of the roles. */
  willUpdate(changed) {
    const role = changed.has("ctx") && this.rest.match(/^role\/(.+)/)?.[1];
    if (role) everything("/api/v1/roles").then((roles) => { this.query = roleName(role, roles); });
  }

  get rest() {
    return this.ctx?.rest ?? "";
  }

  render() {
    return html`${this.people.show((people) => html`${this.bar(people)}${this.rest === "invitations"
        ? html`<settings-waiting .people=${people} @changed=${() => this.people.run()} @invite=${this.invite}></settings-waiting>`
        : html`<settings-member-list .people=${people} .query=${this.query} @changed=${() => this.people.run()} @invite=${this.invite}></settings-member-list>`}
      <settings-invite ?open=${this.rest === "invite"} .people=${people} @done=${this.invited} @close=${this.closed}></settings-invite>`,
    { failed: t("The members could not be loaded."), rows: 6 })}`;
  }

  bar({ members, invitations }) {
    const tabs = [{ href: HERE, label: t("Members"), count: members.length }, { href: WAITING, label: t("Invitations"), count: invitations.length }];
    return html`<div class="bar"><ui-tabs label=${t("Members and invitations")} .items=${tabs} current=${this.rest === "invitations" ? WAITING : HERE}></ui-tabs>
      ${this.rest === "invitations" ? nothing : html`<div class="search">${icon("search")}<input type="search" placeholder=${t("Search members")} aria-label=${t("Search members")} .value=${this.query} @input=${(event) => { this.query = event.target.value; }}></div>`}
      <ui-button variant="primary" icon="user-plus" @click=${this.invite}>${t("Invite people")}</ui-button></div>`;
  }

  invite = () => {
    this.from = this.rest === "invitations" ? WAITING : HERE;
    navigate(INVITE);
  };

  closed = () => this.rest === "invite" && navigate(this.from ?? HERE);

  invited = async () => {
    await this.people.run();
    navigate(WAITING);
  };
}

define("settings-members", Members);
