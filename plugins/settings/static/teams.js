import { css, html, nothing } from "lit";
import { keyed } from "lit/directives/keyed.js";
import { Panel, define, icon, navigate, remove, t, tn } from "@comptoir/sdk";
import { Load, everything } from "@comptoir/sdk/load.js";
import { Undo } from "@comptoir/sdk/undo.js";
import { page, parts } from "./styles.js";
import "./teams-form.js";

const HERE = "/settings.teams";
const FACES = 5; // avatars shown of a team

/** Teams: who works together, and so which conversations they share. */
class Teams extends Panel {
  static styles = [...Panel.styles, page, parts, css`
    .bar .lede { flex: 1 1 320px; margin: 0; } .bar ui-button { margin-inline-start: auto; }
    .list { border: 1px solid var(--line); border-radius: var(--r-lg); background: var(--surface); overflow: clip; } .list li { display: flex; align-items: center; gap: var(--sp-2); padding-inline-end: var(--sp-3); } .list li + li { border-block-start: 1px solid var(--line); }
    .team { flex: 1; min-inline-size: 0; display: flex; align-items: center; gap: var(--sp-4); min-block-size: 64px; padding: var(--sp-2) var(--sp-4); color: inherit; text-decoration: none; } .team:hover .name { text-decoration: underline; }
    .team:focus-visible { box-shadow: inset 0 0 0 2px var(--accent); border-radius: var(--r-lg); }
    .faces { display: flex; } .faces ui-avatar + ui-avatar { margin-inline-start: -8px; } .faces ui-avatar { border: 2px solid var(--surface); box-sizing: content-box; } .more { align-self: center; margin-inline-start: var(--sp-2); color: var(--text-3); font-size: var(--fs-sm); }
    @media (max-width: 760px) { .faces ui-avatar:nth-child(n + 4) { display: none; } .team { gap: var(--sp-3); } }
  `];

  teams = new Load(this, async () => {
    const [teams, members] = await Promise.all([everything("/api/v1/teams"), everything("/api/v1/members")]);
    return { teams, members };
  }, { on: ["member.", "team."] });
  undo = new Undo(this);

  render() {
    return this.teams.show(({ teams, members }) => html`<div class="bar"><p class="lede">${t("A conversation can belong to a team. Roles may be limited to the conversations of their teams.")}</p>
        <ui-button variant="primary" icon="plus" @click=${() => navigate(`${HERE}/new`)}>${t("New team")}</ui-button></div>
      ${this.list(teams.filter(({ id }) => !this.undo.holds(id)))}${this.opened(teams, members)}`,
    { failed: t("The teams could not be loaded."), rows: 4 });
  }

  list(teams) {
    if (!teams.length) return html`<ui-empty icon="users" text=${t("No team yet. Make one for each group of people who answer together, such as sales.")}>
      <ui-button icon="plus" @click=${() => navigate(`${HERE}/new`)}>${t("New team")}</ui-button></ui-empty>`;
    return html`<ul class="list">${[...teams].sort(byName).map((team) => this.row(team))}</ul>`;
  }

  row(team) {
    const { id, name, members } = team;
    return html`<li><a class="team" href=${`${HERE}/${id}`}><div class="grow"><div class="name cut"><bdi>${name}</bdi></div>
        <div class="said">${members.length ? tn("{n} member", "{n} members", members.length) : t("Nobody yet")}</div></div>
        <span class="faces" aria-hidden="true">${members.slice(0, FACES).map((one) => html`<ui-avatar size="small" name=${one.name}></ui-avatar>`)}${members.length > FACES ? html`<span class="more">+${members.length - FACES}</span>` : nothing}</span></a>
      <ui-menu .items=${[{ label: t("Edit"), icon: "pencil", run: () => navigate(`${HERE}/${id}`) }, { label: t("Delete"), icon: "trash-2", run: () => this.drop(team) }]}>
        <button slot="trigger" class="ib" aria-label=${t("More on {name}", { name })}>${icon("ellipsis-vertical")}</button></ui-menu></li>`;
  }

  opened(teams, members) {
    const rest = this.ctx?.rest;
    const team = teams.find(({ id }) => id === rest);
    if (!rest || (rest !== "new" && !team)) return nothing;
    return keyed(rest, html`<settings-team-form .team=${team ?? null} .people=${members} @saved=${this.saved} @close=${() => navigate(HERE)}></settings-team-form>`);
  }

  saved = async () => {
    await this.teams.run();
    navigate(HERE);
  };

  drop({ id, name }) {
    this.undo.later({
      id, text: t("{name} will be deleted. Its conversations stay, without a team.", { name }),
      act: async () => { await remove(`/api/v1/teams/${id}`); await this.teams.run(); },
    });
  }
}

const byName = (one, other) => one.name.localeCompare(other.name);

define("settings-teams", Teams);
