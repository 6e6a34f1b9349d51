import { css, html } from "lit";
import { Panel, can, define, fmt, get, icon, me, put, t, toast } from "@comptoir/sdk";
import "@comptoir/sdk/elements/menu.js";

const HERE = "/api/v1/p/inbox/desks";
const HOUR = 3_600_000;

/** One's own switch, above the list: whether the rules give one conversations. A dot and a word. */
class Availability extends Panel {
  static properties = { mine: { state: true } };
  static styles = [...Panel.styles, css`
    button { display: inline-flex; align-items: center; gap: 5px; border: 0; background: none; padding: 5px 8px; border-radius: var(--r-full); color: var(--text-2); font-size: var(--fs-sm); font-weight: 550; } button:hover { background: var(--surface-2); } .icon { inline-size: 14px; block-size: 14px; }
    .away { color: var(--warn); } @media (pointer: coarse) { button { min-block-size: 44px; } }
  `];

  connectedCallback() {
    super.connectedCallback();
    if (!can("messages.send")) return;
    this.load();
    const stop = this.api?.on("inbox.desks", ({ member }) => member === me.id && this.load());
    if (stop) this.cleanup(stop);
  }

  async load() {
    try {
      this.mine = (await get(HERE)).items.find(({ id }) => id === me.id);
    } catch {
      this.mine ??= undefined; // without the server there is nothing to switch
    }
  }

  render() {
    if (!this.mine) return "";
    const { available, until } = this.mine;
    const words = available ? t("Available") : until ? t("Away until {time}", { time: fmt.brief(until) }) : t("Away");
    return html`<ui-menu .items=${this.items(available)}><button slot="trigger" class=${available ? "" : "away"} title=${t("Whether new conversations are given to me")}>${icon(available ? "user-check" : "user-minus")}<span>${words}</span></button></ui-menu>`;
  }

  items(available) {
    const away = (label, until) => ({ label, icon: "user-minus", run: () => this.say({ available: false, until }) });
    const later = (hours) => new Date(Date.now() + hours * HOUR).toISOString();
    return [...(available ? [] : [{ label: t("Available"), icon: "user-check", run: () => this.say({ available: true }) }]),
      away(t("Away for an hour"), later(1)), away(t("Away for four hours"), later(4)), away(t("Away until I am back"), null)];
  }

  async say(wanted) {
    try {
      await put(`${HERE}/mine`, wanted);
      toast({ text: wanted.available ? t("New conversations are given to you.") : t("Nothing new is given to you until you are back.") });
    } catch (error) {
      toast({ text: error.problem?.detail ?? t("This could not be saved. Try again.") });
    }
    await this.load();
  }
}

define("inbox-availability", Availability);
