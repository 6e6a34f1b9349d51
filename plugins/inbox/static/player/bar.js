import { css, html, nothing } from "lit";
import { Panel, define, dock, icon, navigate, t } from "@comptoir/sdk";
import { ledger } from "@comptoir/sdk/ledger.js";
import { clock } from "../files.js";
import { titleOf } from "../words.js";
import { player } from "./player.js";

/** What is heard, wherever one is: whose it is, pause, speed, the way back to its message. */
class Bar extends Panel {
  static styles = [...Panel.styles, css`
    :host { background: var(--surface); border-block-end: 1px solid var(--line); font-size: var(--fs-preview); }
    .row { position: relative; display: flex; align-items: center; gap: var(--sp-2); padding: 2px var(--sp-3); min-block-size: 44px; }
    .go { border: 0; background: none; display: flex; gap: var(--sp-2); align-items: center; text-align: start; min-inline-size: 0; min-block-size: 36px; border-radius: var(--r-md); padding-inline: var(--sp-2); } .go:hover { background: var(--surface-2); }
    .speed { min-inline-size: 44px; min-block-size: 32px; border: 0; border-radius: var(--r-full); background: var(--surface-2); font-weight: 600; font-size: var(--fs-sm); }
    .line { position: absolute; inset-inline: 0; inset-block-end: 0; block-size: 2px; background: var(--line); direction: ltr; } .line i { display: block; block-size: 100%; background: var(--accent); }
  `];

  connectedCallback() {
    super.connectedCallback();
    const changed = () => this.requestUpdate();
    for (const name of ["change", "tick"]) player.addEventListener(name, changed);
    this.cleanup(() => { for (const name of ["change", "tick"]) player.removeEventListener(name, changed); });
  }

  render() {
    const { message } = player;
    this.hidden = !message;
    if (!message) return nothing;
    const conversation = ledger.conversation(message.conversation_id);
    const who = message.direction === "outbound" ? message.author?.name ?? t("You") : message.participant?.name ?? (conversation ? titleOf(conversation) : "");
    return html`<div class="row" role="region" aria-label=${t("Now playing")}>
      <button class="ib" aria-label=${player.playing ? t("Pause") : t("Play")} @click=${() => player.toggle()}>${icon(player.playing ? "pause" : "play")}</button>
      <button class="go grow" title=${t("Show the message")} @click=${() => this.show(message)}><b class="cut"><bdi>${who || t("Voice message")}</bdi></b><span class="muted num" dir="ltr">${clock(player.position)} / ${clock(player.duration)}</span></button>
      <button class="speed" dir="ltr" aria-label=${t("Speed: {speed}", { speed: `${player.speed}×` })} @click=${() => player.faster()}>${player.speed}×</button>
      <button class="ib" aria-label=${t("Stop")} @click=${() => player.stop()}>${icon("x")}</button>
      <div class="line"><i .style=${`inline-size: ${player.duration ? (player.position / player.duration) * 100 : 0}%`}></i></div></div>`;
  }

  show({ conversation_id: conversation, id }) {
    if (location.pathname === `/inbox/${conversation}`) document.dispatchEvent(new CustomEvent("inbox-show", { detail: { conversation, id } }));
    else navigate(`/inbox/${conversation}?message=${id}`);
  }
}

define("inbox-bar", Bar);

/** At the top of every page, as long as there is something to hear. */
export function show() {
  return dock(document.createElement("inbox-bar"));
}
