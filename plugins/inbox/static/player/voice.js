import { css, html, nothing } from "lit";
import { Panel, define, icon, t } from "@comptoir/sdk";
import { clock, facts, fileOf } from "../files.js";
import { heard, player } from "./player.js";
import { wave } from "./wave.js";

const STEP = 5; // s that an arrow moves

/** A sound in a bubble: play, its wave, how far it is, how fast. What is heard is the player's; this only shows it. */
class Voice extends Panel {
  static properties = { message: { attribute: false } };
  static styles = [...Panel.styles, css`
    .row { display: grid; grid-template-columns: auto minmax(0, 1fr) auto; align-items: center; gap: var(--sp-2); }
    .play { inline-size: 40px; block-size: 40px; border: 0; border-radius: var(--r-full); background: var(--accent); color: var(--accent-fg); display: grid; place-items: center; flex: none; }
    .slider { position: relative; block-size: 34px; display: grid; align-items: center; cursor: pointer; touch-action: pan-y; border-radius: var(--r-sm); }
    svg { inline-size: 100%; block-size: 26px; display: block; direction: ltr; fill: var(--line-strong); } svg .heard { fill: var(--accent); }
    .facts { display: flex; justify-content: space-between; gap: var(--sp-2); font-size: var(--fs-xs); color: var(--bubble-meta); grid-column: 2; margin-block-start: -6px; }
    .facts .name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .speed { min-inline-size: 40px; min-block-size: 28px; border: 0; border-radius: var(--r-full); background: color-mix(in oklab, var(--text) 10%, transparent); font-weight: 600; font-size: var(--fs-sm); }
    .mic { color: var(--ok); display: grid; place-items: center; inline-size: 40px; } .mic.heard { color: var(--read); }
    @media (pointer: coarse) { .play { inline-size: 44px; block-size: 44px; } .speed { min-block-size: 44px; } }
  `];

  connectedCallback() {
    super.connectedCallback();
    const changed = () => this.requestUpdate();
    const ticked = () => player.is(this.message) && this.requestUpdate();
    player.addEventListener("change", changed);
    player.addEventListener("tick", ticked);
    this.cleanup(() => { player.removeEventListener("change", changed); player.removeEventListener("tick", ticked); });
  }

  get share() {
    return player.is(this.message) && player.duration ? player.position / player.duration : 0;
  }

  render() {
    const attachment = fileOf(this.message);
    const mine = player.is(this.message);
    const playing = mine && player.playing;
    const total = mine ? player.duration : (attachment.duration ?? 0);
    const name = attachment.voice ? t("Voice message") : attachment.filename || t("Audio");
    return html`<div class="row" role="group" aria-label=${name}>
      <button class="play" aria-label=${playing ? t("Pause") : t("Play")} @click=${() => player.toggle(this.message)}>${icon(playing ? "pause" : "play")}</button>
      <div class="slider" role="slider" tabindex="0" aria-label=${t("Position")} aria-valuemin="0" aria-valuemax=${Math.round(total)} aria-valuenow=${Math.round(this.share * total)} aria-valuetext=${clock(this.share * total)}
        @pointerdown=${this.pressed} @keydown=${this.moved}>${wave(attachment.waveform, this.share)}</div>
      ${mine ? html`<button class="speed" dir="ltr" aria-label=${t("Speed: {speed}", { speed: `${player.speed}×` })} @click=${() => player.faster()}>${player.speed}×</button>` : html`<span class="mic ${this.heard ? "heard" : ""}" role="img" aria-label=${this.heard ? t("Listened to") : t("Not listened to yet")}>${icon(attachment.voice ? "mic" : "file", "small")}</span>`}
      <span class="facts num"><bdi dir="ltr">${clock(mine && (playing || player.position) ? player.position : total)}</bdi>${attachment.voice ? nothing : html`<span class="name" dir="auto">${attachment.filename || facts(attachment)}</span>`}</span></div>`;
  }

  get heard() {
    const { direction, status, id } = this.message;
    return direction === "outbound" ? status === "played" : heard.has(id);
  }

  /** Where it is pressed, from the start of the wave, which reads from the left in every language. */
  pressed(event) {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    this.go((event.clientX - left) / width);
  }

  moved(event) {
    const step = { ArrowRight: STEP, ArrowUp: STEP, ArrowLeft: -STEP, ArrowDown: -STEP }[event.key];
    if (event.key === " " || event.key === "Enter") player.toggle(this.message);
    else if (step && player.is(this.message)) player.seek((player.position + step) / (player.duration || 1));
    else if (!step) return;
    event.preventDefault();
    event.stopPropagation();
  }

  go(share) {
    if (!player.is(this.message)) player.play(this.message);
    player.seek(share);
  }
}

define("inbox-voice", Voice);
