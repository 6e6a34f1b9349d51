import { css, html, nothing } from "lit";
import { Panel, define, get, put, t, toast } from "@comptoir/sdk";
import { newId } from "@comptoir/sdk/ledger.js";
import "@comptoir/sdk/elements/card.js";
import "@comptoir/sdk/elements/check.js";
import "@comptoir/sdk/elements/notice.js";
import "@comptoir/sdk/elements/time.js";
import { able, begin, browsers, end, forget, refused } from "./push.js";
import { sound, tunes } from "./sound.js";
import { KINDS } from "./words.js";

const PATH = "/api/v1/p/inbox/notices/wishes";
const WAYS = () => [["page", t("On the page")], ["sound", t("Sound")], ["push", t("On my devices")]];

/** Settings, Notifications: what a person wants to be told, and where. What is changed takes effect at once. */
class Notifications extends Panel {
  static properties = { wishes: { state: true }, devices: { state: true }, error: { state: true }, busy: { state: true } };
  static styles = [...Panel.styles, css`
    :host { display: block; padding: var(--sp-4) var(--sp-5) var(--sp-6); max-inline-size: 760px; } ui-card { display: block; margin-block-end: var(--sp-4); }
    table { inline-size: 100%; border-collapse: collapse; } th, td { padding: 6px var(--sp-2); text-align: center; } th:first-child { text-align: start; font-weight: 500; } thead th { font-size: var(--fs-sm); color: var(--text-2); font-weight: 600; } tbody tr { border-block-start: 1px solid var(--line); }
    td input { inline-size: 18px; block-size: 18px; accent-color: var(--accent); } td label { display: inline-grid; place-items: center; min-inline-size: 44px; min-block-size: 36px; }
    .hours { display: flex; flex-wrap: wrap; gap: var(--sp-3); align-items: center; margin-block-start: var(--sp-2); } .hours input { min-block-size: 40px; border: 1px solid var(--line-strong); border-radius: var(--r-md); background: var(--surface); padding-inline: var(--sp-2); }
    .tune { display: flex; flex-wrap: wrap; gap: var(--sp-3); align-items: end; margin-block-start: var(--sp-3); } .tune ui-field { inline-size: min(260px, 100%); margin: 0; }
    li { display: flex; align-items: center; gap: var(--sp-3); min-block-size: 44px; } .acts { display: flex; gap: var(--sp-3); flex-wrap: wrap; margin-block-start: var(--sp-3); }
    @media (max-width: 760px) { :host { padding-inline: var(--sp-4); } th, td { padding-inline: 2px; } }
  `];

  connectedCallback() {
    super.connectedCallback();
    this.load();
  }

  async load() {
    this.error = null;
    try {
      [this.wishes, this.devices] = await Promise.all([get(PATH), browsers()]);
    } catch (error) {
      this.error = error;
    }
  }

  render() {
    if (this.error) return html`<ui-error text=${t("Your settings could not be loaded.")} .error=${this.error} @retry=${() => this.load()}></ui-error>`;
    if (!this.wishes) return html`<ui-skeleton rows="6"></ui-skeleton>`;
    return html`${this.kinds()}${this.quiet()}${this.here()}`;
  }

  kinds() {
    const ways = WAYS();
    return html`<ui-card heading=${t("What you are told")}><table><thead><tr><th scope="col">${t("When")}</th>${ways.map(([, label]) => html`<th scope="col">${label}</th>`)}</tr></thead>
      <tbody>${Object.entries(KINDS).map(([kind, label]) => html`<tr><th scope="row">${label()}</th>${ways.map(([way, name]) => html`<td><label><input type="checkbox" aria-label=${`${label()}: ${name}`} .checked=${this.wishes.kinds[kind][way]} @change=${({ target }) => this.choose(kind, way, target.checked)}></label></td>`)}</tr>`)}</tbody></table>
      <p class="muted">${t("You are never told of what you look at right now.")}</p>
      ${this.tunes()}</ui-card>`;
  }

  tunes() {
    const { tune } = this.wishes;
    return html`<div class="tune"><ui-field label=${t("Which sound")} .options=${tunes()} .value=${tune} @input=${({ target }) => this.save({ tune: target.value })}></ui-field>
      <ui-button icon="play" @click=${() => sound(newId(), tune)}>${t("Listen")}</ui-button></div>`;
  }

  quiet() {
    const { quiet, hide_content: hides } = this.wishes;
    return html`<ui-card heading=${t("Peace and privacy")}>
      <ui-check label=${t("Quiet hours")} hint=${t("No sound and nothing on your devices, in the time zone of your organisation.")} ?checked=${Boolean(quiet)} @input=${({ target }) => this.save({ quiet: target.checked ? { since: "20:00", until: "08:00" } : null })}></ui-check>
      ${quiet ? html`<div class="hours"><label>${t("From")} <input type="time" required .value=${quiet.since} @change=${({ target }) => target.value && this.save({ quiet: { ...quiet, since: target.value } })}></label><label>${t("until")} <input type="time" required .value=${quiet.until} @change=${({ target }) => target.value && this.save({ quiet: { ...quiet, until: target.value } })}></label></div>` : nothing}
      <ui-check label=${t("Hide the content")} hint=${t("Your devices then name nobody and quote nothing.")} ?checked=${hides} @input=${({ target }) => this.save({ hide_content: target.checked })}></ui-check></ui-card>`;
  }

  here() {
    const { items, here } = this.devices;
    return html`<ui-card heading=${t("Devices")}>${this.offer(here)}
      ${items.length ? html`<ul>${items.map((one) => html`<li><span class="grow cut"><bdi>${one.label || t("A browser")}</bdi>${one.id === here ? html` · ${t("this one")}` : nothing}</span><ui-time at=${one.created_at}></ui-time>
        <ui-button variant="plain" icon="trash-2" @click=${() => this.drop(one)}>${t("Remove")}</ui-button></li>`)}</ul>` : nothing}</ui-card>`;
  }

  offer(here) {
    if (!able()) return html`<ui-notice tone="info">${t("This browser cannot be told while no page is open. On an iPhone, add Comptoir to the home screen first.")}</ui-notice>`;
    if (here) return html`<p>${t("This browser is told, also while no page of Comptoir is open.")}</p>`;
    if (refused()) return html`<ui-notice tone="warn" heading=${t("This browser refuses notifications.")}>${t("Allow them for this site in the settings of the browser, then come back.")}</ui-notice>`;
    return html`<p>${t("This browser is told nothing while no page of Comptoir is open.")}</p><div class="acts"><ui-button variant="primary" icon="bell" ?busy=${this.busy} @click=${this.begin}>${t("Tell this browser, too")}</ui-button></div>`;
  }

  begin = async () => {
    this.busy = true;
    try {
      if (await begin()) this.devices = await browsers();
      else this.requestUpdate();
    } catch (error) {
      toast({ text: t("This browser could not be added: {reason}", { reason: error.message }) });
    }
    this.busy = false;
  };

  async drop(one) {
    try {
      await (one.id === this.devices.here ? end(one.id) : forget(one.id));
      this.devices = await browsers();
    } catch (error) {
      toast({ text: t("Not removed: {reason}", { reason: error.message }) });
    }
  }

  choose(kind, way, on) {
    const { kinds } = this.wishes;
    this.save({ kinds: { ...kinds, [kind]: { ...kinds[kind], [way]: on } } });
  }

  /** At once, and one after the other: the server has what was chosen last. What it refuses is asked for anew. */
  save(changes) {
    this.wishes = { ...this.wishes, ...changes };
    const { wishes } = this;
    this.saving = (this.saving ?? Promise.resolve()).then(() => put(PATH, wishes)).catch((error) => {
      toast({ text: t("That was not saved: {reason}", { reason: error.message }) });
      return this.load();
    });
  }
}

define("inbox-notifications", Notifications);
