import { css, html, nothing } from "lit";
import { Panel, define, fmt, get, post, t, toast } from "@comptoir/sdk";
import { Load } from "@comptoir/sdk/load.js";
import { wordsFor } from "@comptoir/sdk/problems.js";
import "@comptoir/sdk/elements/time.js";
import { parts } from "./styles.js";
import { errorWords, eventWords, kindWords, outcomeChip, outcomeChoices } from "./webhooks-words.js";

const PAGE = 25;
const SOON = [700, 2_500, 12_000]; // ms after something was asked for: it takes a second, or as long as a receiver hangs

/** What became of the deliveries of the last seven days, the newest first. */
class Attempts extends Panel {
  static properties = { hook: { attribute: false }, outcome: { state: true }, older: { state: true }, busy: { state: true } };
  static styles = [...Panel.styles, parts, css`
    .top { display: flex; align-items: end; gap: var(--sp-3); justify-content: space-between; margin-block-end: var(--sp-2); } h3 { font-size: var(--fs-md); font-weight: 650; } ui-field { margin: 0; }
    ul { border: 1px solid var(--line); border-radius: var(--r-lg); background: var(--surface); padding: 0 var(--sp-4); } li { padding-block: var(--sp-3); } li + li { border-block-start: 1px solid var(--line); }
    .line { display: flex; flex-wrap: wrap; align-items: center; gap: var(--sp-1) var(--sp-3); } .line .grow { flex: 1 1 180px; min-inline-size: 0; } .line ui-button { margin-inline-start: auto; }
    pre { margin: var(--sp-2) 0 0; padding: var(--sp-2) var(--sp-3); background: var(--surface-2); border-radius: var(--r-md); font: 500 var(--fs-sm)/1.45 ui-monospace, Menlo, Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere; text-align: start; max-block-size: 140px; overflow-y: auto; }
    .more { margin-block-start: var(--sp-3); }
  `];

  list = new Load(this, () => this.ask());

  willUpdate(changed) {
    const before = changed.get("hook");
    if (changed.has("outcome") || (before && before.version !== this.hook.version)) this.again();
  }

  ask(cursor) {
    return get(`/api/v1/webhooks/${this.hook.id}/attempts`, { limit: PAGE, ...(this.outcome && { outcome: this.outcome }), ...(cursor && { cursor }) });
  }

  again() {
    this.older = null;
    return this.list.run();
  }

  soon() {
    for (const wait of SOON) {
      const timer = setTimeout(() => this.again(), wait);
      this.cleanup(() => clearTimeout(timer));
    }
  }

  render() {
    return html`<div class="top"><h3>${t("Deliveries")}</h3>
        <ui-field label=${t("Outcome")} .options=${outcomeChoices()} .value=${this.outcome ?? ""} @input=${(event) => { this.outcome = event.target.value; }}></ui-field></div>
      ${this.list.show((first) => this.items(first), { failed: t("The deliveries could not be loaded."), rows: 4 })}`;
  }

  items(first) {
    const items = [...first.items, ...(this.older?.items ?? [])];
    const next = this.older ? this.older.next : first.next;
    if (!items.length) return html`<ui-empty icon="webhook" text=${this.outcome ? t("No such delivery in the last seven days.") : t("No delivery in the last seven days. Send a test event to see one.")}></ui-empty>`;
    return html`<ul aria-label=${t("Deliveries")}>${items.map((one) => this.row(one))}</ul>
      ${next ? html`<div class="more"><ui-button ?busy=${this.busy === "more"} @click=${() => this.further(next)}>${t("Older deliveries")}</ui-button></div>` : nothing}`;
  }

  row(one) {
    const words = one.type === "webhook.test" ? t("Test event") : eventWords(one);
    const said = [one.attempt > 1 ? t("attempt {n}", { n: fmt.number(one.attempt) }) : "", kindWords(one.kind), one.outcome === "skipped" ? "" : t("{n} ms", { n: fmt.number(one.milliseconds) })].filter(Boolean).join(" · ");
    return html`<li data-outcome=${one.outcome}><div class="line">${outcomeChip(one)}<div class="grow"><div>${words}</div><div class="said"><ui-time .at=${one.at}></ui-time>${said ? ` · ${said}` : ""}</div></div>
        ${one.seq === null ? nothing : html`<ui-button icon="rotate-cw" ?busy=${this.busy === one.id} @click=${() => this.resend(one)}>${t("Send again")}</ui-button>`}</div>
      ${one.outcome === "skipped" ? html`<p class="said">${t("What it tells of was deleted since.")}</p>` : one.error ? html`<p class="said" dir="auto">${errorWords(one.error)}</p>` : nothing}
      ${one.excerpt ? html`<pre dir="auto" tabindex="0" aria-label=${t("What was answered")}>${one.excerpt}</pre>` : nothing}</li>`;
  }

  async further(cursor) {
    await this.during("more", async () => {
      const page = await this.ask(cursor);
      this.older = { items: [...(this.older?.items ?? []), ...page.items], next: page.next };
    });
  }

  resend(one) {
    return this.during(one.id, async () => {
      await post(`/api/v1/webhooks/${this.hook.id}/attempts/${one.id}/again`);
      toast({ text: t("It is sent again.") });
      this.soon();
    });
  }

  async during(name, deed) {
    this.busy = name;
    try {
      await deed();
    } catch (error) {
      toast({ text: wordsFor(error) });
    }
    this.busy = null;
  }
}

define("settings-webhook-attempts", Attempts);
