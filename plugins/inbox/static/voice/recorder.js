import { css, html } from "lit";
import { Panel, askBeforeLeaving, bring, define, icon, t, toast } from "@comptoir/sdk";
import { trayOf } from "../tray.js";
import { LONGEST, Microphone } from "./microphone.js";

const BARS = 32;
const SHORTEST = 1_000; // ms: less was a slip of the hand, and nobody misses it
const EVERY = 80; // ms between two bars
const clock = (ms) => `${Math.floor(ms / 60_000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, "0")}`;

/**
 * A voice message: recorded, and listened to. Fires "done" with the file, and "close". Whatever else takes it off the screen,
 * what it has recorded lies in the conversation's tray.
 */
class Recorder extends Panel {
  static properties = { conversationId: {}, state: { state: true }, level: { state: true }, problem: { state: true }, url: { state: true } };
  static styles = [...Panel.styles, css`
    .line { display: flex; align-items: center; gap: var(--sp-2); min-block-size: 42px; } .tool { inline-size: 42px; block-size: 42px; flex: none; }
    .meter { flex: 1; min-inline-size: 0; display: flex; align-items: center; gap: 2px; block-size: 32px; overflow: hidden; direction: ltr; } .meter i { flex: 1; min-inline-size: 2px; max-inline-size: 5px; border-radius: 3px; background: var(--accent); block-size: calc(4px + 28px * var(--loud, 0)); } .meter.still i { background: var(--line-strong); }
    .time { font-variant-numeric: tabular-nums; color: var(--text-2); min-inline-size: 40px; } .dot { inline-size: 10px; block-size: 10px; border-radius: 50%; background: var(--bad); flex: none; } .dot.still { background: var(--text-3); }
    audio { flex: 1; min-inline-size: 0; block-size: 40px; }
    .send { border: 0; border-radius: var(--r-md); background: var(--accent); color: var(--accent-fg); block-size: 42px; inline-size: 48px; display: grid; place-items: center; flex: none; } .send:hover { background: var(--accent-strong); }
    @media (pointer: coarse) { .send { min-block-size: 44px; min-inline-size: 44px; } .tool { min-block-size: 44px; min-inline-size: 44px; } }
    .why { display: flex; gap: var(--sp-3); align-items: center; color: var(--text-2); } .why b { display: block; color: var(--text); } .why > .icon { color: var(--bad); flex: none; } .acts { display: flex; gap: var(--sp-4); margin-inline-start: auto; flex: none; }
    @media (max-width: 760px) { .tool, .send { inline-size: 44px; block-size: 44px; } .why { flex-wrap: wrap; } }
  `];

  levels = [];

  connectedCallback() {
    super.connectedCallback();
    this.begin();
    this.cleanup(askBeforeLeaving((path) => !this.precious || path.startsWith(`/inbox/${this.conversationId}`) || this.ask()));
    addEventListener("beforeunload", this.unloading);
    this.cleanup(() => removeEventListener("beforeunload", this.unloading));
    this.cleanup(() => this.end());
  }

  end() {
    this.gone = true;
    if (this.precious) this.keep();
    else if (!this.settled) this.microphone.release();
    if (this.url) URL.revokeObjectURL(this.url);
  }

  /** Whether something would be lost. */
  get precious() {
    return !this.settled && ["recording", "review"].includes(this.state) && this.microphone.length >= SHORTEST;
  }

  async ask() {
    const { paused } = this;
    if (!paused) this.microphone.pause();
    const { confirm } = await bring(import.meta, "@comptoir/sdk/elements/confirm.js");
    const agreed = await confirm({ heading: t("Stop recording?"), text: t("What you have recorded stays with this conversation. It is not sent."), act: t("Leave"), cancel: t("Stay") });
    if (!agreed && !paused) this.microphone.resume();
    return agreed;
  }

  unloading = (event) => {
    if (this.precious) event.preventDefault();
  };

  async keep() {
    this.settled = true;
    trayOf(this.conversationId).add([await this.file()], { voice: true });
  }

  async begin() {
    Object.assign(this, { state: "asking", problem: null, levels: [] });
    const microphone = new Microphone();
    this.microphone = microphone;
    microphone.addEventListener("level", ({ detail }) => this.heard(detail));
    microphone.addEventListener("full", () => this.state === "recording" && this.listen());
    microphone.addEventListener("lost", () => this.state === "recording" && this.listen());
    try {
      await microphone.start();
      if (this.gone) return microphone.release();
      this.state = "recording";
    } catch (error) {
      microphone.release();
      Object.assign(this, { state: "denied", problem: error });
    }
    await this.updateComplete;
    this.renderRoot.querySelector(".send, .link")?.focus();
  }

  heard(loud) {
    const now = performance.now();
    if (this.paused || now - (this.at ?? 0) < EVERY) return;
    this.at = now;
    this.levels = [...this.levels, loud].slice(-BARS);
    this.level = loud;
    this.requestUpdate();
  }

  get paused() {
    return this.microphone?.paused;
  }

  render() {
    return html`<div role="group" aria-label=${t("Voice message")} @keydown=${this.keys}>${{ asking: () => this.asking(), denied: () => this.denied(), recording: () => this.recording(), review: () => this.review() }[this.state]()}</div>`;
  }

  asking() {
    return html`<div class="line">${this.away()}<span class="muted grow" role="status">${t("Allow the microphone in your browser…")}</span></div>`;
  }

  denied() {
    const words = {
      NotAllowedError: [t("The microphone is not allowed."), t("Allow it for this page in the address bar of your browser, then try again.")],
      NotFoundError: [t("There is no microphone."), t("Connect one, then try again.")],
    }[this.problem?.name] ?? [t("The microphone cannot be used."), t("Another program may be using it. Close that one, then try again.")];
    return html`<div class="why" role="alert">${icon("mic")}<span><b>${words[0]}</b>${words[1]}</span><span class="acts"><button class="link" @click=${this.begin}>${t("Try again")}</button><button class="link" @click=${this.close}>${t("Cancel")}</button></span></div>`;
  }

  recording() {
    const { paused } = this;
    const bars = [...Array.from({ length: BARS - this.levels.length }, () => 0), ...this.levels];
    return html`<div class="line">${this.away()}<span class="dot ${paused ? "still" : ""}"></span><span class="time" role="timer" aria-label=${t("Recorded: {time} of {most}", { time: clock(this.microphone.length), most: clock(LONGEST) })}>${clock(this.microphone.length)}</span>
      <span class="meter ${paused ? "still" : ""}" aria-hidden="true">${bars.map((loud) => html`<i .style=${`--loud:${loud.toFixed(2)}`}></i>`)}</span>
      <button class="ib tool" aria-label=${paused ? t("Go on recording") : t("Pause")} title=${paused ? t("Go on recording") : t("Pause")} @click=${this.turn}>${icon(paused ? "mic" : "pause")}</button>
      <button class="ib tool" aria-label=${t("Listen to it first")} title=${t("Listen to it first")} @click=${this.listen}>${icon("play")}</button>${this.go()}</div>`;
  }

  review() {
    return html`<div class="line">${this.away()}<audio controls src=${this.url} aria-label=${t("Your recording")}></audio>${this.go()}</div>`;
  }

  away() {
    return html`<button class="ib tool" aria-label=${t("Discard the recording")} title=${t("Discard the recording")} @click=${this.discard}>${icon("trash-2")}</button>`;
  }

  go() {
    return html`<button class="send" aria-label=${t("Send the voice message")} title=${t("Send")} @click=${this.send}>${icon("send-horizontal")}</button>`;
  }

  turn() {
    if (this.paused) this.microphone.resume();
    else this.microphone.pause();
    this.requestUpdate();
  }

  listen = async () => {
    this.url ??= URL.createObjectURL(await this.file());
    this.state = "review";
  };

  /** From here on it says nothing more, and the microphone is free. */
  async file() {
    const blob = await (this.recorded ??= this.microphone.finish());
    return new File([blob], `voice.${blob.type.split("/")[1]}`, { type: blob.type });
  }

  send = async () => {
    if (this.settled) return;
    this.settled = true;
    this.dispatchEvent(new CustomEvent("done", { detail: await this.file() }));
  };

  /** Away at once, and back at a word. */
  discard = async () => {
    const { conversationId: id, precious } = this;
    if (precious) this.settled = true;
    this.close();
    if (!precious) return;
    const file = await this.file();
    toast({ text: t("Your recording is gone."), seconds: 8, action: { label: t("Undo"), run: () => trayOf(id).add([file], { voice: true }) } });
  };

  keys(event) {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    this.discard();
  }

  close() {
    this.dispatchEvent(new Event("close"));
  }
}

define("inbox-recorder", Recorder);
