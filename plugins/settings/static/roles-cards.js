import { css, html, nothing } from "lit";
import { Panel, define, icon, t, tn } from "@comptoir/sdk";
import "@comptoir/sdk/elements/check.js";
import { locked, roleName, rolePurpose, seesWords } from "./roles-words.js";
import { parts } from "./styles.js";

const HERE = "/settings.roles";

/** The roles on a phone: first which, then what it may. */
class RoleCards extends Panel {
  static properties = { roles: { attribute: false }, permissions: { attribute: false }, draft: { attribute: false }, chosen: {}, menu: { attribute: false } };
  static styles = [...Panel.styles, parts, css`
    :host { padding: 0 var(--sp-3) var(--sp-3); }
    .list, .group { border: 1px solid var(--line); border-radius: var(--r-lg); background: var(--surface); overflow: clip; margin-block-end: var(--sp-4); }
    .list a { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 2px var(--sp-3); align-items: center; padding: var(--sp-3) var(--sp-4); color: inherit; text-decoration: none; } .list li + li { border-block-start: 1px solid var(--line); }
    .list .icon { grid-row: 1 / 3; grid-column: 2; color: var(--text-3); inline-size: 16px; block-size: 16px; } .list .said { grid-column: 1; }
    .head { display: flex; align-items: center; gap: var(--sp-1); padding-block: var(--sp-3); } h2 { flex: 1; font-size: var(--fs-xl); font-weight: 650; overflow-wrap: anywhere; } h2:focus-visible { box-shadow: none; }
    h3 { font-size: var(--fs-sm); font-weight: 600; color: var(--text-3); padding: 0 var(--sp-2) var(--sp-1); } .group { padding: var(--sp-1) var(--sp-4); } ui-switch { margin: 0; } ui-switch + ui-switch { border-block-start: 1px solid var(--line); }
  `];

  render() {
    const role = this.roles.find(({ key }) => key === this.chosen);
    return role ? this.one(role) : html`<ul class="list">${this.roles.map((one) => this.entry(one))}</ul>`;
  }

  entry(role) {
    const changes = this.draft.count(role.key);
    return html`<li><a href=${`${HERE}/${role.key}`}><span class="name"><bdi>${roleName(role.key, this.roles)}</bdi></span>
      <span class="said">${role.members ? tn("{n} member", "{n} members", role.members) : t("Nobody")} · ${
        tn("{n} permission", "{n} permissions", this.permissions.filter(({ key }) => this.draft.holds(role.key, key)).length)}${changes ? html` · <strong>${t("changed")}</strong>` : nothing}</span>${icon("chevron-right")}</a></li>`;
  }

  one(role) {
    const name = roleName(role.key, this.roles);
    return html`<div class="head"><h2 tabindex="-1"><bdi>${name}</bdi></h2>
        <ui-menu .items=${this.menu(role)}><button slot="trigger" class="ib" aria-label=${t("More on {name}", { name })}>${icon("ellipsis-vertical")}</button></ui-menu></div>
      ${role.builtin ? html`<p class="lead">${rolePurpose(role.key)} ${t("Built-in: make a copy to change what it may do.")}</p>` : nothing}
      <ui-field label=${t("Sees")} ?disabled=${role.key === "owner" || role.key === "admin"} .options=${seesWords()} .value=${this.draft.sees(role.key)} @input=${(event) => this.edit(() => this.draft.see(role.key, event.target.value))}></ui-field>
      ${[...grouped(this.permissions)].map(([group, permissions]) => html`<h3><bdi>${group}</bdi></h3><div class="group">${permissions.map((permission) => this.permission(role, permission))}</div>`)}`;
  }

  permission(role, permission) {
    const { key, label } = permission;
    const why = locked(role, permission, this.roles);
    return html`<ui-switch label=${label} hint=${why && !role.builtin ? why : nothing} ?disabled=${Boolean(why)}
      .checked=${this.draft.holds(role.key, key)} @input=${(event) => this.edit(() => this.draft.set(role.key, key, event.target.checked))}></ui-switch>`;
  }

  edit(change) {
    change();
    this.requestUpdate();
    this.dispatchEvent(new Event("edited"));
  }

  updated(changed) {
    if (changed.has("chosen") && this.hasShown) this.renderRoot.querySelector("h2, .list a")?.focus();
    this.hasShown = true;
  }
}

const grouped = (permissions) => permissions.reduce((map, one) => map.set(one.group, [...(map.get(one.group) ?? []), one]), new Map());

define("settings-role-cards", RoleCards);
