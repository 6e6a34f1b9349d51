import { css, html, nothing } from "lit";
import { Panel, define, fmt, get, post, remove, t, toast } from "@comptoir/sdk";
import { Form } from "@comptoir/sdk/form.js";
import { Load } from "@comptoir/sdk/load.js";
import { wordsFor } from "@comptoir/sdk/problems.js";
import "@comptoir/sdk/elements/card.js";
import "@comptoir/sdk/elements/time.js";
import { parts } from "./styles.js";

const LOOK_AGAIN = 2_000; // ms

/** A range of the journal applied once more, and how far it has come. */
class PlatformReplays extends Panel {
  static styles = [...Panel.styles, parts, css`ui-card { display: block; margin-block-end: var(--sp-4); } .one { flex: 1 1 320px; min-inline-size: 0; } progress { inline-size: 100%; accent-color: var(--accent); }`];

  load = new Load(this, () => get("/api/v1/platform/journal/replays", { limit: 50 }));

  form = new Form(this, {
    check: ({ since, until }) => ({ since: since ? "" : t("From when?"), until: until && until > since ? "" : t("Until when? It must be after the beginning.") }),
    save: (_, { since, until, mode }) => post("/api/v1/platform/journal/replays", { since: new Date(since).toISOString(), until: new Date(until).toISOString(), dry_run: mode === "try" }),
    saved: () => this.load.run(),
    guard: false,
  });

  connectedCallback() {
    super.connectedCallback();
    this.form.start({ since: "", until: "", mode: "try" });
    const timer = setInterval(() => document.hidden || !this.load.value?.items.some(({ state }) => state === "running") || this.load.run(), LOOK_AGAIN);
    this.cleanup(() => clearInterval(timer));
  }

  render() {
    const { values, errors, busy } = this.form;
    return html`<ui-card heading=${t("Replay a range")} text=${t("What is stored is left alone; what is missing comes back, also what was deleted since. Whatever arrives meanwhile goes first.")}>
        <form novalidate @submit=${this.form.submit} @input=${this.form.typed}>${this.form.notice()}<div class="pair">
          <ui-field name="since" type="datetime-local" ltr label=${t("From")} .value=${values.since} .error=${errors.since}></ui-field><ui-field name="until" type="datetime-local" ltr label=${t("Until")} .value=${values.until} .error=${errors.until}></ui-field></div>
          <ui-field name="mode" label=${t("What to do")} .options=${[["try", t("Only tell what would happen")], ["do", t("Apply it")]]} .value=${values.mode}></ui-field>
          <ui-button variant="primary" type="submit" ?busy=${busy}>${t("Begin")}</ui-button></form></ui-card>
      ${this.load.show(({ items }) => (items.length ? html`<ui-card heading=${t("Replays")}><ul class="rows">${items.map((one) => this.row(one))}</ul></ui-card>` : html`<ui-empty icon="rotate-cw" text=${t("Nothing was replayed yet.")}></ui-empty>`), { failed: t("The replays could not be loaded."), rows: 3 })}`;
  }

  row(one) {
    const words = { running: t("running"), done: t("done"), cancelled: t("stopped") };
    return html`<li><div class="one">${fmt.moment(one.since)} – ${fmt.moment(one.until)} ${one.dry_run ? html`<ui-chip>${t("Trial")}</ui-chip>` : nothing} <ui-chip tone=${one.state === "done" ? "ok" : ""}>${words[one.state]}</ui-chip>
        ${one.state === "running" ? html`<progress max=${one.total || 1} value=${one.deliveries} aria-label=${t("Progress")}></progress>` : nothing}
        <div class="said">${t("{n} of {total} deliveries", { n: fmt.number(one.deliveries), total: fmt.number(one.total) })} · ${t("{n} messages stored", { n: fmt.number(one.stored) })} · ${t("{n} changed", { n: fmt.number(one.changed) })} · ${t("{n} set aside", { n: fmt.number(one.set_aside) })} · <ui-time .at=${one.created_at}></ui-time></div></div>
      ${one.state === "running" ? html`<ui-button size="small" @click=${() => this.stop(one)}>${t("Stop")}</ui-button>` : nothing}</li>`;
  }

  async stop({ id }) {
    try {
      await remove(`/api/v1/platform/journal/replays/${id}`);
      await this.load.run();
    } catch (error) {
      toast({ text: wordsFor(error) });
    }
  }
}

define("settings-platform-replays", PlatformReplays);
