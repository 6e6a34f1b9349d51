import { css, html, nothing } from "lit";
import { Panel, can, define, fmt, get, post, t, toast } from "@comptoir/sdk";
import { Load } from "@comptoir/sdk/load.js";
import { wordsFor } from "@comptoir/sdk/problems.js";
import "@comptoir/sdk/elements/card.js";
import "@comptoir/sdk/elements/time.js";
import { links, parts } from "./styles.js";

const PAGE = 50;
const LOOK_AGAIN = 2_000; // ms
const FOLLOWED = 10; // times

/** What could not be applied: how much for which reason; applied again or dismissed with a note. */
class JournalQuarantine extends Panel {
  static properties = { prefix: {}, here: {}, reason: { state: true }, busy: { state: true }, dismissing: { state: true } };
  static styles = [...Panel.styles, links, parts, css`
    .reason { overflow-wrap: anywhere; flex: 1 1 320px; } .count { font-weight: 650; font-variant-numeric: tabular-nums; min-inline-size: 32px; } ui-card { display: block; margin-block-end: var(--sp-4); }
    .one { flex: 1 1 320px; min-inline-size: 0; overflow-wrap: anywhere; } .more { display: grid; justify-content: center; padding-block: var(--sp-4); }
  `];

  reasons = new Load(this, async () => (await get(`${this.address}/reasons`)).items);
  load = new Load(this, () => get(this.address, { reason: this.reason, limit: PAGE }));

  constructor() {
    super();
    Object.assign(this, { prefix: "", reason: undefined, busy: false, dismissing: null });
  }

  get address() {
    return `/api/v1${this.prefix}/quarantine`;
  }

  get may() {
    return Boolean(this.prefix) || can("journal.replay");
  }

  render() {
    return html`${this.reasons.show((reasons) => (reasons.length ? html`<ui-card heading=${t("Why")} text=${t("Nothing of it is lost: put the cause right, then apply it again.")}><ul class="rows">${reasons.map((one) => this.why(one))}</ul></ui-card>` : nothing), { failed: t("What was set aside could not be loaded."), rows: 3 })}
      ${this.load.show((found) => this.list(found), { failed: t("What was set aside could not be loaded."), rows: 5 })}${this.dismissing ? this.dialog() : nothing}`;
  }

  why({ reason, count }) {
    const shown = reason === this.reason;
    return html`<li><span class="count">${fmt.number(count)}</span><bdi class="reason">${reason}</bdi>
      <ui-button size="small" @click=${() => this.narrow(shown ? undefined : reason)}>${shown ? t("Show all") : t("Show these")}</ui-button>
      ${this.may ? html`<ui-button size="small" icon="rotate-cw" ?busy=${this.busy} @click=${() => this.replayAll(reason)}>${t("Apply all again")}</ui-button>` : nothing}</li>`;
  }

  list({ items, next }) {
    if (!items.length) return html`<ui-empty icon="circle-check" text=${t("Nothing is set aside. Everything that Meta delivered was applied.")}></ui-empty>`;
    return html`<ui-card heading=${t("Set aside")}><ul class="rows">${items.map((one) => this.row(one))}</ul></ui-card>
      ${next ? html`<div class="more"><ui-button ?busy=${this.busy} @click=${this.more}>${t("Show older ones")}</ui-button></div>` : nothing}`;
  }

  row(one) {
    return html`<li><div class="one"><bdi dir="ltr">${one.item || t("The whole delivery")}</bdi> <ui-time class="said" .at=${one.created_at}></ui-time>${this.prefix ? html` <span class="said">${one.tenant ? html`<bdi dir="ltr">${one.tenant.slug}</bdi>` : t("nobody’s")}</span>` : nothing}
        <div class="said"><bdi>${one.reason}</bdi></div><div class="said"><a href="${this.here}/delivery/${one.delivery_id}">${t("Delivery {n}", { n: one.delivery_id })}</a>${one.wamid ? html` · <a href="${this.here}/wamid/${encodeURIComponent(one.wamid)}">${t("Explain")}</a>` : nothing}</div></div>
      ${this.may ? html`<ui-button size="small" icon="rotate-cw" ?busy=${this.busy} @click=${() => this.replay(one)}>${t("Apply again")}</ui-button><ui-button size="small" @click=${() => { this.dismissing = one; }}>${t("Dismiss")}</ui-button>` : nothing}</li>`;
  }

  dialog() {
    return html`<form novalidate @submit=${this.dismiss}><ui-dialog open heading=${t("Dismiss it?")} @close=${() => { this.dismissing = null; }}><p class="said">${t("It stays in the journal, and is never applied.")}</p>
      <ui-field name="note" label=${t("Why nothing has to be done")} required></ui-field>
      <ui-button slot="actions" @click=${() => { this.dismissing = null; }}>${t("Cancel")}</ui-button><ui-button slot="actions" variant="primary" type="submit" ?busy=${this.busy}>${t("Dismiss")}</ui-button></ui-dialog></form>`;
  }

  narrow(reason) {
    this.reason = reason;
    this.load.run();
  }

  async replay({ id }) {
    await this.during(async () => {
      const { state } = await post(`${this.address}/${id}/replay`);
      toast({ text: state === "open" ? t("It failed again; its reason is still there.") : t("Applied.") });
    });
  }

  async replayAll(reason) {
    await this.during(async () => {
      await post(`${this.address}/replays`, { reason });
      toast({ text: t("A worker applies them now; this list follows.") });
    });
    this.follow(FOLLOWED);
  }

  /** A worker takes a moment, and no event tells when it is through. */
  follow(times) {
    clearTimeout(this.timer);
    if (times && this.isConnected) this.timer = setTimeout(() => Promise.all([this.reasons.run(), this.load.run()]).then(() => this.follow(times - 1)), LOOK_AGAIN);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  dismiss = async (event) => {
    event.preventDefault();
    const field = this.renderRoot.querySelector("ui-field[name=note]");
    const note = (field.value ?? "").trim();
    if (!note) {
      field.error = t("Say why, for whoever asks later.");
      field.focus();
      return;
    }
    const done = await this.during(() => post(`${this.address}/${this.dismissing.id}/dismissal`, { note }));
    if (done) this.dismissing = null;
  };

  more = async () => {
    await this.during(async () => {
      const { items, next } = await get(this.address, { reason: this.reason, limit: PAGE, cursor: this.load.value.next });
      this.load.change((before) => ({ items: [...before.items, ...items], next }));
    }, false);
  };

  async during(work, again = true) {
    this.busy = true;
    try {
      await work();
      if (again) await Promise.all([this.reasons.run(), this.load.run()]);
      return true;
    } catch (error) {
      toast({ text: wordsFor(error) });
      return false;
    } finally {
      this.busy = false;
    }
  }
}

define("settings-journal-quarantine", JournalQuarantine);
