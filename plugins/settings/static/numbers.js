import { css, html, nothing } from "lit";
import { keyed } from "lit/directives/keyed.js";
import { Panel, define, get, icon, navigate, post, t, toast } from "@comptoir/sdk";
import { Load, everything } from "@comptoir/sdk/load.js";
import { wordsFor } from "@comptoir/sdk/problems.js";
import "@comptoir/sdk/elements/notice.js";
import "./numbers-connect.js";
import "./numbers-detail.js";
import { laneLine } from "./lanes-words.js";
import { limitWords, phoneOf, qualityChip, standing } from "./numbers-words.js";
import { page, parts } from "./styles.js";

const HERE = "/settings.numbers";

/** The WhatsApp numbers: how each stands, how it is connected, what it says of the business. */
class Numbers extends Panel {
  static properties = { busy: { state: true } };
  static styles = [...Panel.styles, page, parts, css`
    .bar .lede { flex: 1 1 320px; margin: 0; } .list { display: grid; gap: var(--sp-3); } .back { margin-block-end: var(--sp-3); }
    a.number { display: grid; grid-template-columns: 44px minmax(0, 1fr) auto; gap: var(--sp-1) var(--sp-4); align-items: center; padding: var(--sp-4); border: 1px solid var(--line); border-radius: var(--r-lg); background: var(--surface); color: inherit; text-decoration: none; }
    a.number:hover { border-color: var(--line-strong); } a.number:focus-visible { border-radius: var(--r-lg); }
    .disc { inline-size: 44px; block-size: 44px; border-radius: 50%; display: grid; place-items: center; background: var(--accent-soft); color: var(--accent); } .name { font-size: var(--fs-lg); font-weight: 600; }
    .chips { display: flex; flex-wrap: wrap; gap: var(--sp-1); justify-content: flex-end; }
    @media (max-width: 760px) { a.number { grid-template-columns: 44px minmax(0, 1fr); } .chips { grid-column: 2; justify-content: flex-start; } }
  `];

  load = new Load(this, async () => {
    const [accounts, apps, teams, welcome, lanes] = await Promise.all([everything("/api/v1/accounts"), everything("/api/v1/meta-apps"), everything("/api/v1/teams"), get("/api/v1/welcome"), get("/api/v1/lanes")]);
    return { accounts: accounts.map((one) => ({ ...one, lane: lanes.items.find(({ account }) => account.id === one.id) })), apps, teams, simulated: welcome.simulated };
  });

  render() {
    return this.load.show((known) => this.screen(known), { failed: t("The numbers could not be loaded."), rows: 3 });
  }

  screen({ accounts, apps, teams, simulated }) {
    const rest = this.ctx?.rest;
    const number = accounts.find(({ id }) => id === rest);
    if (rest === "new") return html`${this.back()}<settings-number-connect .apps=${apps} .teams=${teams} @connected=${({ detail }) => this.connected(detail)}></settings-number-connect>`;
    if (number) return html`${this.back()}${keyed(number.id, html`<settings-number .number=${number} .teams=${teams} @changed=${() => this.load.run()} @removed=${this.removed}></settings-number>`)}`;
    return this.list(accounts, simulated);
  }

  back() {
    return html`<p class="back"><a href=${HERE}>${t("All numbers")}</a></p>`;
  }

  list(accounts, playable) {
    const simulated = !playable ? nothing : html`<ui-button icon="smartphone" ?busy=${this.busy} @click=${this.simulate}>${t("Try with simulated phones")}</ui-button>`;
    const connect = html`<ui-button variant="primary" icon="plug" @click=${() => navigate(`${HERE}/new`)}>${t("Connect a number")}</ui-button>`;
    if (!accounts.length) return html`<ui-empty icon="phone" text=${t("No number yet. Connect one of yours, or try everything with simulated phones first.")}><span class="acts">${connect}${simulated}</span></ui-empty>`;
    return html`<div class="bar"><p class="lede">${t("The WhatsApp numbers your customers write to.")}</p>${simulated}${connect}</div>
      ${accounts.filter(({ status }) => status === "token_dead").map((one) => this.dead(one))}
      <div class="list">${accounts.map((one) => this.row(one))}</div>`;
  }

  dead(number) {
    return html`<ui-notice tone="bad" heading=${t("{number} cannot send", { number: phoneOf(number) })}>${t("Meta no longer accepts its access token. Messages still arrive; answers wait until you give a new token.")}
      <ui-button slot="actions" icon="key-round" @click=${() => navigate(`${HERE}/${number.id}`)}>${t("Give a new token")}</ui-button></ui-notice>`;
  }

  row(number) {
    const { tone, words, icon: picture } = standing(number);
    return html`<a class="number" href=${`${HERE}/${number.id}`}><span class="disc">${icon(number.simulated ? "smartphone" : "phone")}</span>
      <div><div class="name cut"><bdi>${number.verified_name || phoneOf(number)}</bdi></div><div class="said"><bdi dir="ltr">${phoneOf(number)}</bdi>${number.messaging_limit ? html` · ${limitWords(number.messaging_limit)}` : nothing}</div>${number.lane ? html`<div class="said">${laneLine(number.lane)}</div>` : nothing}</div>
      <div class="chips">${number.simulated ? html`<ui-chip icon="smartphone">${t("Simulated")}</ui-chip>` : nothing}${qualityChip(number.quality_rating)}<ui-chip tone=${tone} icon=${picture}>${words}</ui-chip></div></a>`;
  }

  async simulate() {
    this.busy = true;
    try {
      const { id } = await post("/api/v1/accounts/simulated", {});
      await this.load.run();
      navigate(`${HERE}/${id}`);
    } catch (error) {
      toast({ text: wordsFor(error) });
    } finally {
      this.busy = false;
    }
  }

  async connected({ id }) {
    await this.load.run();
    navigate(`${HERE}/${id}`);
  }

  removed = async () => {
    navigate(HERE);
    await this.load.run();
  };
}

define("settings-numbers", Numbers);
