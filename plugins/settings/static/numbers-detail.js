import { css, html, nothing } from "lit";
import { Panel, define, patch, post, put, remove, t } from "@comptoir/sdk";
import { wordsFor } from "@comptoir/sdk/problems.js";
import { confirm } from "@comptoir/sdk/elements/confirm.js";
import "@comptoir/sdk/elements/card.js";
import "@comptoir/sdk/elements/copy.js";
import "@comptoir/sdk/elements/notice.js";
import "@comptoir/sdk/elements/time.js";
import "./numbers-findings.js";
import "./numbers-links.js";
import "./numbers-profile.js";
import "./numbers-token.js";
import { laneLine, lanePauses } from "./lanes-words.js";
import { historyWords, limitWords, metaWords, phoneOf, qualityChip, standing, throughputWords } from "./numbers-words.js";
import { parts } from "./styles.js";

/** One number: how it stands with Meta, the doctor, its profile, its token, its end. */
class NumberDetail extends Panel {
  static properties = { number: { attribute: false }, teams: { attribute: false }, busy: { state: true }, problem: { state: true } };
  static styles = [...Panel.styles, parts, css`
    header { display: flex; flex-wrap: wrap; align-items: center; gap: var(--sp-2) var(--sp-3); margin-block-end: var(--sp-4); } h2 { font-size: var(--fs-2xl); font-weight: 650; } header .grow { flex: 1 1 240px; }
    .facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(200px, 1fr)); gap: var(--sp-3) var(--sp-4); } dt { color: var(--text-3); font-size: var(--fs-sm); } dd { margin: 0; overflow-wrap: anywhere; } .copied { display: flex; flex-wrap: wrap; gap: var(--sp-2); align-items: center; } code { overflow-wrap: anywhere; }
    .asked, .lane { margin-block-end: var(--sp-3); }
  `];

  render() {
    const { number, problem } = this;
    return html`${this.head()}
      ${number.status === "token_dead" ? html`<ui-notice tone="bad" heading=${t("Meta no longer accepts this number's access token")}>${t("Messages still arrive. Answers wait, in order, and leave as soon as Meta takes a new token.")}
        ${number.token_died_at ? html`<div class="said">${t("Since")} <ui-time .at=${number.token_died_at}></ui-time></div>` : nothing}</ui-notice>` : nothing}
      ${problem ? html`<ui-notice tone="bad">${problem}</ui-notice>` : nothing}
      ${number.lane ? html`${lanePauses({ ...number.lane, paused: number.status === "token_dead" ? null : number.lane.paused })}<p class="said lane">${laneLine(number.lane)}</p>` : nothing}
      ${this.doctor()}${this.atMeta()}
      ${number.simulated ? nothing : html`<settings-number-token .number=${number} @changed=${this.changed}></settings-number-token>`}
      <settings-number-links .number=${number}></settings-number-links><settings-number-profile .number=${number}></settings-number-profile>${this.delivery()}${this.farewell()}`;
  }

  head() {
    const { number } = this;
    const { tone, words, icon: picture } = standing(number);
    return html`<header><div class="grow"><h2><bdi>${number.verified_name || phoneOf(number)}</bdi></h2><bdi dir="ltr" class="said">${phoneOf(number)}</bdi></div>
      ${qualityChip(number.quality_rating)}<ui-chip tone=${tone} icon=${picture}>${words}</ui-chip>
      ${number.simulated ? html`<a href=${`${number.graph_url}/?number=${number.phone_number_id}`} target="_blank" rel="noopener">${t("Open its phones")}</a>` : nothing}</header>`;
  }

  doctor() {
    const { examination } = this.number;
    return html`<ui-card heading=${t("Doctor")} text=${t("Looks at the token, the number, the delivery and the way back, and says what to do.")}>
      <ui-button slot="actions" icon="stethoscope" ?busy=${this.busy === "examine"} @click=${this.examine}>${examination ? t("Examine again") : t("Examine")}</ui-button>
      ${examination ? html`<p class="said asked">${t("Examined")} <ui-time .at=${examination.at}></ui-time></p><settings-findings .findings=${examination.findings} ?busy=${this.busy === "subscribe"} @subscribe=${this.subscribe}></settings-findings>`
        : html`<p class="said">${this.busy === "examine" ? t("Everything is being looked at: this takes a few seconds.") : t("Not examined yet.")}</p>`}</ui-card>`;
  }

  atMeta() {
    const { number } = this;
    const facts = [
      [t("Display name"), number.verified_name], [t("Name"), number.name_status && metaWords(number.name_status)], [t("State"), number.meta_status && metaWords(number.meta_status)],
      [t("History of the app"), number.history && historyWords(number.history)],
      [t("Messaging limit"), number.messaging_limit && limitWords(number.messaging_limit)], [t("Throughput"), number.throughput_level && throughputWords(number.throughput_level)],
      [t("Phone number ID"), number.phone_number_id], [t("WhatsApp Business Account ID"), number.waba_id], [t("Graph API version"), number.graph_version],
    ].filter(([, value]) => value);
    return html`<ui-card heading=${t("At Meta")} text=${t("As Meta last told it; it follows by itself.")}>
      <ui-button slot="actions" icon="refresh-cw" ?busy=${this.busy === "refresh"} @click=${this.refresh}>${t("Ask again")}</ui-button>
      <dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd><bdi>${value}</bdi></dd></div>`)}</dl>
      ${number.looked_at ? html`<p class="said">${t("Asked")} <ui-time .at=${number.looked_at}></ui-time></p>` : nothing}</ui-card>`;
  }

  delivery() {
    const { number } = this;
    return html`<ui-card heading=${t("Delivery")} text=${t("Where Meta delivers what customers write, and who gets it.")}>
      ${number.webhook_url ? html`<div class="copied"><code dir="ltr">${number.webhook_url}</code><ui-copy .text=${number.webhook_url}></ui-copy></div>` : nothing}
      ${this.teams.length ? html`<div class="acts"></div><ui-field name="team" label=${t("Team")} hint=${t("Where its new conversations start.")} .options=${[["", t("None")], ...this.teams.map(({ id, name }) => [id, name])]} .value=${number.team?.id ?? ""} @input=${(event) => this.change({ team: event.target.value || null })}></ui-field>` : nothing}</ui-card>`;
  }

  farewell() {
    const off = this.number.status === "disabled";
    return html`<ui-card heading=${t("Stop or remove")} text=${t("Switched off, a number keeps receiving and sends nothing. Removed, it is gone from here; at Meta it stays.")}>
      <div class="acts"><ui-button icon=${off ? "play" : "pause"} ?busy=${this.busy === "change"} @click=${() => this.change({ status: off ? "connected" : "disabled" })}>${off ? t("Switch on") : t("Switch off")}</ui-button>
        <ui-button variant="danger" icon="trash-2" @click=${this.end}>${t("Remove…")}</ui-button></div></ui-card>`;
  }

  examine = () => this.during("examine", () => post(`/api/v1/accounts/${this.number.id}/examinations`, {}));
  refresh = () => this.during("refresh", () => post(`/api/v1/accounts/${this.number.id}/refreshes`, {}));
  subscribe = () => this.during("subscribe", async () => {
    await put(`/api/v1/accounts/${this.number.id}/subscription`, {});
    await post(`/api/v1/accounts/${this.number.id}/examinations`, {});
  });

  change(changes) {
    return this.during("change", () => patch(`/api/v1/accounts/${this.number.id}`, changes));
  }

  async end() {
    const word = this.number.display_phone_number;
    const agreed = await confirm({
      heading: t("Remove this number?"), text: t("Its conversations are erased with it, for good."), act: t("Remove with its conversations"),
      danger: true, typed: word, label: t("To be sure, type {word}", { word }),
    });
    if (!agreed) return;
    await this.during("remove", async () => {
      await remove(`/api/v1/accounts/${this.number.id}?with=conversations`);
      this.dispatchEvent(new Event("removed"));
    });
  }

  /** The one thing under way, and what came of it. */
  async during(name, work) {
    if (this.busy) return;
    Object.assign(this, { busy: name, problem: null });
    try {
      await work();
      this.changed();
    } catch (error) {
      this.problem = error.status >= 500 || error.status === 422 ? error.message : wordsFor(error);
    } finally {
      this.busy = null;
    }
  }

  changed = () => this.dispatchEvent(new Event("changed"));
}

define("settings-number", NumberDetail);
