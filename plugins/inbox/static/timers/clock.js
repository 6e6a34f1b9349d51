import { css, html, nothing } from "lit";
import { Panel, define, fmt, get, icon, t } from "@comptoir/sdk";

const LOOKS = { running: "clock", soon: "timer", late: "triangle-alert", paused: "pause" };

/** The most urgent timer of the conversation, counting down: an icon, a word and what is left. */
class Clock extends Panel {
  static properties = { timer: { state: true } };
  static styles = [...Panel.styles, css`
    :host { display: inline-flex; } span { display: inline-flex; align-items: center; gap: 4px; font-size: var(--fs-sm); font-weight: 550; color: var(--text-2); white-space: nowrap; font-variant-numeric: tabular-nums; } .icon { inline-size: 14px; block-size: 14px; }
    .soon { color: var(--warn); } .late { color: var(--bad); }
  `];

  connectedCallback() {
    super.connectedCallback();
    const stops = [this.api?.on("inbox.timers", ({ conversation }) => conversation === this.conversation && this.load())];
    const ticking = setInterval(() => this.requestUpdate(), 10_000);
    this.cleanup(() => { clearInterval(ticking); for (const stop of stops) stop?.(); });
  }

  get conversation() {
    return this.ctx?.conversation?.id;
  }

  willUpdate() {
    if (this.conversation === this.shown) return;
    this.shown = this.conversation;
    this.timer = null;
    if (this.conversation) this.load();
  }

  async load() {
    const asked = this.conversation;
    const { items } = await get("/api/v1/p/inbox/timers/running", { conversation: asked }).catch(() => ({ items: [] }));
    if (asked === this.conversation) this.timer = items.find(({ state }) => state !== "paused") ?? items[0] ?? null;
  }

  /** As of now, whatever it was when it was asked for. */
  get state() {
    const { state, warn_at, due_at } = this.timer;
    const now = Date.now();
    if (state === "paused") return state;
    return now >= Date.parse(due_at) ? "late" : now >= Date.parse(warn_at) ? "soon" : "running";
  }

  render() {
    if (!this.timer) return nothing;
    const { state, timer } = this;
    const left = Date.parse(timer.due_at) - Date.now();
    const what = timer.kind === "first_response" ? t("Answer due: {time}", { time: fmt.moment(timer.due_at) }) : t("To be closed by: {time}", { time: fmt.moment(timer.due_at) });
    return html`<span class=${state} title=${what}>${icon(LOOKS[state])}${this.words(state, timer.kind, fmt.countdown(Math.abs(left)))}</span>`;
  }

  words(state, kind, time) {
    if (state === "paused") return t("Paused");
    if (state === "late") return t("Late by {time}", { time });
    return kind === "first_response" ? t("Answer in {time}", { time }) : t("Close in {time}", { time });
  }
}

define("inbox-timer", Clock);
