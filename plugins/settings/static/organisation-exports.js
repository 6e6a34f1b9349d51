import { html, nothing } from "lit";
import { Panel, define, fmt, icon, post, t, toast } from "@comptoir/sdk";
import { Load, everything } from "@comptoir/sdk/load.js";
import { wordsFor } from "@comptoir/sdk/problems.js";
import "@comptoir/sdk/elements/card.js";
import { ago } from "@comptoir/sdk/elements/time.js";
import { parts } from "./styles.js";

const LOOK_AGAIN = 3_000; // ms between looks at an archive that is being made

/** Everything the organisation has here, as one archive. */
class Exports extends Panel {
  static properties = { busy: { state: true } };
  static styles = [...Panel.styles, parts];

  load = new Load(this, () => everything("/api/v1/tenant/exports"));

  updated() {
    clearTimeout(this.timer);
    if (this.load.value?.some(({ state }) => state === "waiting")) this.timer = setTimeout(() => this.load.run(), LOOK_AGAIN);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  render() {
    return html`<ui-card heading=${t("Your data")} text=${t("An archive of everything: conversations, contacts, files, settings. It is kept for seven days.")}>
      <ui-button slot="actions" icon="package" ?busy=${this.busy} @click=${this.make}>${t("Make an archive")}</ui-button>
      ${this.load.show((exports) => (exports.length ? html`<ul class="rows">${exports.map((one) => this.row(one))}</ul>` : html`<p class="said">${t("No archive has been made yet.")}</p>`), { failed: t("The archives could not be loaded."), rows: 1 })}</ui-card>`;
  }

  row({ id, state, created_at: made, size, error }) {
    return html`<li>${icon(state === "failed" ? "circle-alert" : "package")}<div class="grow"><div class="name">${fmt.moment(made)}</div><div class="said">${
      { waiting: t("being made…"), ready: html`${fmt.size(size ?? 0)} · ${ago(made)}`, failed: t("could not be made: {reason}", { reason: error ?? "" }) }[state]}</div></div>
      ${state === "ready" ? html`<ui-button icon="download" label=${t("Download the archive of {when}", { when: fmt.moment(made) })} @click=${() => location.assign(`/api/v1/tenant/exports/${id}/file`)}>${t("Download")}</ui-button>` : nothing}</li>`;
  }

  async make() {
    this.busy = true;
    try {
      await post("/api/v1/tenant/exports", {});
      await this.load.run();
    } catch (error) {
      toast({ text: wordsFor(error) });
    } finally {
      this.busy = false;
    }
  }
}

define("settings-exports", Exports);
