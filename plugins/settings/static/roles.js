import { css, html, nothing } from "lit";
import { ApiError, Panel, askBeforeLeaving, can, define, navigate, patch, remove, t, tn, toast } from "@comptoir/sdk";
import { Load, everything, tagged } from "@comptoir/sdk/load.js";
import { wordsFor } from "@comptoir/sdk/problems.js";
import { Undo } from "@comptoir/sdk/undo.js";
import { confirm } from "@comptoir/sdk/elements/confirm.js";
import "@comptoir/sdk/elements/notice.js";
import { Draft } from "./roles-draft.js";
import { roleName } from "./roles-words.js";
import { parts } from "./styles.js";
import "./roles-matrix.js";
import "./roles-cards.js";
import "./roles-form.js";

const HERE = "/settings.roles";
const PHONE = matchMedia("(max-width: 760px)");

/** Roles: what each may do and see. A matrix on a desk, one role after the other on a phone; one draft for both. */
class Roles extends Panel {
  static properties = { problems: { state: true }, making: { state: true }, saving: { state: true }, hint: { state: true } };
  static styles = [...Panel.styles, parts, css`
    :host { display: flex; flex-direction: column; min-block-size: 100%; }
    .bar { display: flex; flex-wrap: wrap; gap: var(--sp-2) var(--sp-4); align-items: center; padding: var(--sp-4) var(--sp-5); } .bar p { flex: 1 1 320px; color: var(--text-2); max-inline-size: 68ch; text-wrap: pretty; } .bar ui-button { margin-inline-start: auto; }
    ui-notice { margin: 0 var(--sp-5) var(--sp-3); } settings-role-matrix { flex: 1; min-block-size: 0; }
    .save { position: sticky; inset-block-end: 0; z-index: 4; display: flex; flex-wrap: wrap; gap: var(--sp-2); align-items: center; padding: var(--sp-3) var(--sp-5); background: var(--surface); border-block-start: 1px solid var(--line); box-shadow: var(--sh-float); } .save p { flex: 1 1 200px; font-weight: 550; }
    @media (min-width: 761px) { :host { block-size: 100%; } }
    @media (max-width: 760px) { .bar { padding: var(--sp-3); } ui-notice { margin-inline: var(--sp-3); } .save { padding: var(--sp-3); padding-block-end: calc(var(--sp-3) + env(safe-area-inset-bottom)); } }
  `];

  draft = new Draft();
  undo = new Undo(this);
  load = new Load(this, async () => {
    const [roles, permissions] = await Promise.all([everything("/api/v1/roles"), everything("/api/v1/permissions")]);
    this.draft.rebase(roles);
    return { roles, permissions };
  }, { on: ["member.", "role."] });

  constructor() {
    super();
    Object.assign(this, { problems: {}, making: null, saving: false, hint: "" });
  }

  connectedCallback() {
    super.connectedCallback();
    const redraw = () => this.requestUpdate();
    PHONE.addEventListener("change", redraw);
    addEventListener("beforeunload", this.unloading);
    this.cleanup(() => { PHONE.removeEventListener("change", redraw); removeEventListener("beforeunload", this.unloading); });
    this.cleanup(askBeforeLeaving((path) => path.startsWith(HERE) || !this.draft.changed.length || this.mayLeave()));
  }

  render() {
    return this.load.show(({ roles, permissions }) => {
      const shown = roles.filter(({ key }) => !this.undo.holds(key));
      return html`${this.bar()}${this.faults(shown)}${PHONE.matches ? this.cards(shown, permissions) : this.matrix(shown, permissions)}
        ${this.draft.changed.length ? this.saveBar() : nothing}
        ${this.making ? html`<settings-role-form .roles=${roles} .permissions=${permissions} .role=${this.making.role} .copied=${this.making.copied} @saved=${this.made} @close=${() => { this.making = null; }}></settings-role-form>` : nothing}`;
    }, { failed: t("The roles could not be loaded."), rows: 8 });
  }

  bar() {
    return PHONE.matches && this.ctx?.rest ? nothing : html`<div class="bar"><p>${t("Built-in roles stay as they are, but for the conversations they see. Copy one to make a role of your own.")}</p>
      <ui-button variant="primary" icon="plus" @click=${() => this.make()}>${t("New role")}</ui-button></div>`;
  }

  matrix(roles, permissions) {
    return html`<settings-role-matrix .roles=${roles} .permissions=${permissions} .draft=${this.draft} .chosen=${this.ctx?.rest} .menu=${this.menu}
      @edited=${this.edited} @refused=${({ detail }) => toast({ text: detail })}></settings-role-matrix>`;
  }

  cards(roles, permissions) {
    return html`<settings-role-cards .roles=${roles} .permissions=${permissions} .draft=${this.draft} .chosen=${this.ctx?.rest} .menu=${this.menu} @edited=${this.edited}></settings-role-cards>`;
  }

  faults(roles) {
    return Object.entries(this.problems).filter(([, words]) => words).map(([key, words]) => html`
      <ui-notice tone="bad" heading=${roleName(key, roles)}>${words}</ui-notice>`);
  }

  saveBar() {
    const { changed } = this.draft;
    const count = changed.reduce((sum, { key }) => sum + this.draft.count(key), 0);
    const names = new Intl.ListFormat(this.ctx?.locale, { type: "conjunction" }).format(changed.map(({ key }) => roleName(key, changed)));
    return html`<div class="save" role="region" aria-label=${t("Unsaved changes")}><p role="status">${tn("{n} change in {roles}", "{n} changes in {roles}", count, { roles: names })}</p>
      <ui-button @click=${this.discard}>${t("Discard")}</ui-button><ui-button variant="primary" ?busy=${this.saving} @click=${this.save}>${t("Save")}</ui-button></div>`;
  }

  edited = () => this.requestUpdate();

  discard = () => {
    this.draft.drop();
    this.problems = {};
  };

  /** Each role by itself: what one is refused does not hold up the others, and stays in the draft. */
  save = async () => {
    if (this.saving) return;
    Object.assign(this, { saving: true, problems: {} });
    for (const { key, version } of this.draft.changed) await this.saveOne(key, version);
    await this.load.run();
    this.saving = false;
    if (!this.draft.changed.length) toast({ text: t("Saved.") });
  };

  async saveOne(key, version) {
    try {
      const { value: now, tag } = await tagged(`/api/v1/roles/${key}`);
      if (now.version !== version) return this.complain(key, t("Somebody else changed this role meanwhile. Your changes stand on top of theirs: look them over and save again."));
      await patch(`/api/v1/roles/${key}`, this.draft.body(key), { headers: { "If-Match": tag } });
      this.draft.drop(key);
    } catch (error) {
      this.complain(key, this.words(error));
    }
  }

  words(error) {
    if (!(error instanceof ApiError)) return wordsFor(error);
    if (error.status === 403) return t("You cannot give or take what you do not hold yourself. Ask an owner.");
    const [keys] = error.problem.errors?.find(({ loc }) => loc?.includes("permissions"))?.msg.split(":") ?? [];
    if (!keys) return wordsFor(error);
    const labels = this.load.value.permissions.filter(({ key }) => keys.split(", ").includes(key)).map(({ label }) => `“${label}”`);
    return t("{permissions}: only for a role that sees all conversations. Clear it, or let the role see all.", { permissions: labels.join(", ") });
  }

  complain(key, words) {
    this.problems = { ...this.problems, [key]: words };
  }

  /** What one may do with a role, for the menus of both layouts. */
  menu = (role) => [
    { label: t("Make a copy"), icon: "copy", run: () => this.make(role) },
    ...(role.builtin ? [] : [
      { label: t("Rename"), icon: "pencil", run: () => { this.making = { role }; } },
      { label: t("Delete"), icon: "trash-2", run: () => this.drop(role) },
    ]),
  ];

  make(copied) {
    this.making = { copied };
  }

  made = async ({ detail: role }) => {
    this.making = null;
    await this.load.run();
    navigate(`${HERE}/${role.key}`);
  };

  async drop(role) {
    const { key, name, members } = role;
    this.complain(key, "");
    if (members) return this.explain(role);
    if (this.ctx?.rest === key) navigate(HERE);
    this.undo.later({
      id: key, text: t("The role {name} will be deleted.", { name }),
      act: async () => { await remove(`/api/v1/roles/${key}`); this.draft.drop(key); await this.load.run(); },
      failed: (error) => this.complain(key, error instanceof ApiError && error.kind === "role-in-use" ? uses(error.problem) : wordsFor(error)),
    });
  }

  async explain({ key, name, members }) {
    const see = await confirm({
      heading: t("{name} is in use", { name }),
      text: tn("{n} member has this role. Give them another one first; then it can be deleted.", "{n} members have this role. Give them another one first; then it can be deleted.", members),
      act: t("Show them"),
    });
    if (see && can("members.manage")) navigate(`/settings.members/role/${key}`);
  }

  unloading = (event) => {
    if (this.draft.changed.length) event.preventDefault();
  };

  async mayLeave() {
    const agreed = await confirm({
      heading: t("Leave without saving?"), text: t("What you changed in the roles is not saved yet."),
      act: t("Discard changes"), cancel: t("Keep editing"), danger: true,
    });
    if (agreed) this.discard();
    return agreed;
  }
}

/** Who still has a role, and so keeps it from being deleted. */
function uses({ members = 0, invitations = 0, keys = 0 }) {
  const who = [
    members && tn("{n} member", "{n} members", members), invitations && tn("{n} invitation", "{n} invitations", invitations),
    keys && tn("{n} API key", "{n} API keys", keys),
  ].filter(Boolean).join(", ");
  return t("Not deleted, for it is still in use: {who}. Give them another role first.", { who });
}

define("settings-roles", Roles);
