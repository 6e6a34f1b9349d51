import { css, html } from "lit";
import { Panel, define, fmt, get, put, t, toast } from "@comptoir/sdk";
import { Load } from "@comptoir/sdk/load.js";
import { number, whole } from "./choices.js";
import { parts } from "./styles.js";
import "@comptoir/sdk/elements/check.js";

const HERE = "/api/v1/p/inbox/desks";

/** Everybody who may answer: whether they take conversations now, how many they have and may have. */
class Desks extends Panel {
  static properties = { wrong: { state: true } };
  static styles = [...Panel.styles, parts, css`.few { inline-size: 84px; min-block-size: 40px; border: 1px solid var(--line-strong); border-radius: var(--r-md); background: var(--surface); padding: 4px 8px; } ui-switch { margin: 0; } .error { flex-basis: 100%; color: var(--bad); font-size: var(--fs-sm); }`];

  desks = new Load(this, () => get(HERE), { on: ["member.", "conversation.assigned", "conversation.closed"] });

  connectedCallback() {
    super.connectedCallback();
    this.cleanup(this.api?.on?.("inbox.desks", () => this.desks.run()) ?? (() => {}));
  }

  render() {
    return html`<h2>${t("Members")}</h2>${this.desks.show(({ items }) => html`<ul class="list">${items.map((one) => this.row(one))}</ul>`, { failed: t("The members could not be loaded."), rows: 3 })}`;
  }

  row(one) {
    const state = one.available ? t("Available") : one.until ? t("Away until {time}", { time: fmt.brief(one.until) }) : t("Away");
    return html`<li><div class="grow"><div class="name cut"><bdi>${one.name}</bdi></div><div class="said">${state} · ${t("{open} of {capacity} conversations", { open: one.open, capacity: one.capacity })}</div></div>
      <ui-switch label=${t("Available")} .checked=${one.available} @input=${(event) => { event.stopPropagation(); this.save(one, { available: event.target.checked }); }}></ui-switch>
      <input class="few" inputmode="numeric" dir="ltr" aria-label=${t("At most, of {name}", { name: one.name })} aria-invalid=${this.wrong?.id === one.id ? "true" : "false"} placeholder=${one.capacity} .value=${String(one.own_capacity ?? "")} @change=${(event) => this.limit(one, event.target.value)}>
      ${this.wrong?.id === one.id ? html`<p class="error" role="alert">${this.wrong.words}</p>` : ""}</li>`;
  }

  limit(one, text) {
    const words = whole(text, 500, { empty: true });
    this.wrong = words ? { id: one.id, words } : null;
    if (!words) this.save(one, { capacity: number(text) });
  }

  async save(one, changes) {
    try {
      await put(`${HERE}/${one.id}`, { capacity: one.own_capacity, ...changes });
    } catch (error) {
      toast({ text: error.problem?.detail ?? t("This could not be saved. Try again.") });
    }
    await this.desks.run();
  }
}

define("inbox-desks", Desks);
