/** One message as a bubble. Template functions, not elements: a thread has hundreds of them pass by. */
import { css, html, nothing } from "lit";
import { can, fmt, icon, panelsIn, rendererOf, t } from "@comptoir/sdk";
import "@comptoir/sdk/elements/drawn.js";
import { file, fileStyles, film, picture, sound } from "./files.js";
import { tick } from "./list.js";
import { chosen, offered, offerStyles, order, template } from "./offers.js";
import { reactionItems } from "./reactions.js";
import { kindOf, noteOf, preview, revocation, statusOf, unsupportedOf } from "./words.js";

export const bubbleStyles = css`${fileStyles}
  ${offerStyles}
  .m { display: flex; align-items: center; gap: var(--sp-2); padding: 1px var(--sp-5); }
  .m.first { padding-block-start: 7px; }
  .m.out { flex-direction: row-reverse; }
  .b { position: relative; max-inline-size: min(560px, 76%); min-inline-size: 84px; background: var(--bubble-in); border-radius: var(--r-lg); padding: 6px 10px 5px; box-shadow: var(--sh); }
  .out .b { background: var(--bubble-out); }
  .first .b { border-start-start-radius: 4px; }
  .first.out .b { border-start-start-radius: var(--r-lg); border-start-end-radius: 4px; }
  .reacted { margin-block-end: 14px; }
  .tx { white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: plaintext; text-align: start; }
  .tx a { color: inherit; text-decoration: underline; text-underline-offset: 2px; }
  .big { font-size: 2rem; line-height: 1.3; }
  .mt { display: flex; justify-content: flex-end; align-items: center; gap: 4px; margin-block-start: 1px; font-size: var(--fs-xs); color: var(--bubble-meta); }
  .mt time { color: inherit; } .mt .by { flex: 1; }
  .q { display: block; inline-size: 100%; border: 0; border-inline-start: 3px solid var(--accent); border-radius: var(--r-sm); background: color-mix(in oklab, var(--text) 6%, transparent); padding: 5px 9px; margin-block-end: 5px; text-align: start; font-size: var(--fs-preview); color: var(--text-2); }
  .q b { display: block; color: var(--accent-strong); font-weight: 600; font-size: var(--fs-sm); }
  .rx { position: absolute; inset-block-end: -14px; inset-inline-start: 8px; background: var(--surface); border: 1px solid var(--line); border-radius: var(--r-full); padding: 0 6px; line-height: 20px; font-size: var(--fs-preview); box-shadow: var(--sh); display: flex; gap: 2px; }
  .media { display: block; border-radius: var(--r-md); overflow: hidden; margin: -2px -6px 5px; background: var(--surface-2); }
  .media img { display: block; inline-size: min(300px, 60vw); block-size: 220px; object-fit: cover; }
  .media.sticker { background: none; } .media.sticker img { inline-size: 128px; block-size: 128px; object-fit: contain; }
  .hole { display: grid; place-content: center; justify-items: center; gap: 6px; inline-size: min(260px, 60vw); block-size: 140px; color: var(--text-2); font-size: var(--fs-sm); text-align: center; padding: var(--sp-3); }
  .card { display: flex; align-items: center; gap: var(--sp-3); min-inline-size: 200px; padding: 8px 10px; margin-block-end: 4px; border-radius: var(--r-md); background: color-mix(in oklab, var(--text) 5%, transparent); color: inherit; text-decoration: none; }
  .card .t { font-weight: 550; overflow-wrap: anywhere; } .card .s { font-size: var(--fs-sm); color: var(--bubble-meta); }
  .card .icon { color: var(--text-2); }
  audio { block-size: 40px; inline-size: min(280px, 60vw); display: block; }
  .unknown { display: flex; gap: var(--sp-2); align-items: center; color: var(--text-2); font-style: italic; }
  .oops { margin-block-start: 6px; padding-block-start: 6px; border-block-start: 1px solid var(--line); font-size: var(--fs-preview); display: grid; gap: 3px; justify-items: start; }
  .oops b { color: var(--bad); font-weight: 600; } .oops.unsure b { color: var(--warn); }
  .oops .acts { display: flex; gap: var(--sp-4); margin-block-start: 2px; }
  .reply, .react { opacity: 0; } .m:hover .reply, .reply:focus-visible, .m:hover .react, .react:focus-within { opacity: 1; }
  .more { opacity: 0; } .m:hover .more, .more:focus-within { opacity: 1; }
  @media (pointer: coarse) { .reply, .react { display: none; } .more { opacity: 1; } }
  @media (max-width: 760px) { .m { padding-inline: var(--sp-3); } .b { max-inline-size: 84%; } }
`;

/** `around`: {first, reactions, ours (our own), mayReact, quoted, retry(message), discard(message), reply(message), jump(wamid), contact, about(message) for plugins, open(panel, message)}. */
export function bubble(message, around) {
  const out = message.direction === "outbound";
  return html`<div class="m ${out ? "out" : ""} ${around.first ? "first" : ""}" data-id=${message.id}>
    <div class="b ${around.reactions ? "reacted" : ""}">
      <span class="sr">${out ? t("{name} wrote:", { name: message.author?.name ?? t("You") }) : t("{name} wrote:", { name: message.participant?.name ?? around.contact })}</span>
      ${message.revoked_at ? revoked(message) : html`${quote(message, around)}${content(message, around)}`}
      <div class="mt">${message.participant ? html`<span class="by cut"><bdi>${message.participant.name}</bdi></span>` : nothing}${out && message.author?.name && around.first ? html`<span class="by cut"><bdi>${message.author.name}</bdi></span>` : nothing}
        ${edited(message)}<time datetime=${message.at}>${fmt.time(message.at)}</time>${out ? tick(message.status) : nothing}</div>
      ${trouble(message, around)}
      ${around.reactions ? html`<span class="rx" role="img" aria-label=${t("Reactions: {emoji}", { emoji: [...around.reactions.values()].join(" ") })}>${[...new Set(around.reactions.values())].map((emoji) => html`<span>${emoji}</span>`)}</span>` : nothing}
    </div>
    ${message.wamid && !message.revoked_at && around.mayReact ? html`<ui-menu class="react" .items=${reactionItems(message, around.ours)}><button class="ib" slot="trigger" tabindex="-1" aria-label=${t("React to this message")} title=${t("React to this message")}>${icon("smile", "small")}</button></ui-menu>` : nothing}
    ${message.wamid && !message.revoked_at ? html`<button class="ib reply" tabindex="-1" aria-label=${t("Reply to this message")} title=${t("Reply to this message")} @click=${() => around.reply(message)}>${icon("reply", "small")}</button>` : nothing}
    ${explained(message, more(message, around))}
  </div>`;
}

function explained(message, after) {
  if (!can("messages.explain") || !message.at) return after;
  const link = html`<a class="ib reply" tabindex="-1" href="/settings.journal/message/${message.id}" aria-label=${t("Explain this message")} title=${t("Explain this message")}>${icon("info", "small")}</a>`;
  return after === nothing ? link : [link, after];
}

/** What plugins can do with a message; nothing of them stands in a bubble before somebody chooses it. */
function more(message, { about, open }) {
  const panels = message.revoked_at ? [] : panelsIn("message.menu", about(message));
  if (!panels.length) return nothing;
  const items = panels.map((panel) => ({ label: panel.title, icon: panel.icon, run: () => open(panel, message) }));
  return html`<ui-menu class="more" .items=${items}><button class="ib" slot="trigger" tabindex="-1" aria-label=${t("More for this message")} title=${t("More for this message")}>${icon("ellipsis-vertical", "small")}</button></ui-menu>`;
}

function quote(message, { quoted, contact, jump }) {
  if (!message.context_wamid || message.type === "reaction") return nothing;
  const words = quoted ? preview(quoted) : { text: t("An earlier message") };
  const who = quoted && (quoted.direction === "inbound" ? quoted.participant?.name ?? contact : quoted.author?.name ?? t("You"));
  return html`<button class="q" @click=${() => jump(message.context_wamid)}>${who ? html`<b><bdi>${who}</bdi></b>` : nothing}<span class="cut" dir="auto">${words.text.slice(0, 120)}</span></button>`;
}

const CONTENTS = { text: words, image: shown(picture), sticker: shown(picture), video: shown(film), audio: shown(sound), document: shown(file), location: place, contacts: cards, interactive, button: answer, template: (message) => template(message, words), order: (message) => order(message, words), pin: pinned, system: note, unsupported, unknown: unsupported, media_placeholder: placeholder };

const edited = ({ edited_at: at, revoked_at: gone }) =>
  (at && !gone ? html`<span title=${t("Edited at {time}", { time: fmt.time(at) })}>${t("Edited")}</span>` : nothing);

/** Its author took it back: said as it is, and not shown any more. */
function revoked({ direction }) {
  return html`<div class="unknown">${icon("circle-help", "small")}<span>${revocation(direction)}</span></div>`;
}

function content(message, { about }) {
  const ours = (elsewhere(message) ? linked : CONTENTS[message.type] ?? unknown)(message);
  const renderer = rendererOf(message);
  const shown = renderer ? html`<ui-drawn .piece=${renderer} .ctx=${about(message)}>${ours}</ui-drawn>` : ours;
  const panels = panelsIn("message.body", about(message));
  return panels.length ? html`${shown}<ui-slot name="message.body" shape="bare" .ctx=${about(message)}></ui-slot>` : shown;
}

/** With its caption. */
function shown(show) {
  return (message) => show(message, caption(message));
}

const EMOJI = /^(?:\p{Extended_Pictographic}(?:\uFE0F|\u200D\p{Extended_Pictographic}|\p{Emoji_Modifier})*\s*){1,3}$/u;
const LINK = /(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]])/;

function words({ body }) {
  if (!body) return nothing;
  const parts = body.split(LINK);
  return html`<div class="tx ${EMOJI.test(body) ? "big" : ""}" dir="auto">${parts.map((part, index) => (index % 2
    ? html`<a href=${part} target="_blank" rel="noopener noreferrer" dir="ltr">${part}</a>` : part))}</div>`;
}

const caption = (message) => (message.body && message.body !== message.attachments?.[0]?.filename ? words(message) : nothing);
function place({ content, body }) {
  const { latitude, longitude } = content;
  const link = `https://www.openstreetmap.org/?mlat=${encodeURIComponent(latitude)}&mlon=${encodeURIComponent(longitude)}&zoom=16`;
  return html`<a class="card" href=${link} target="_blank" rel="noopener noreferrer">${icon("map-pin")}<span class="grow"><span class="t" dir="auto">${body || t("Location")}</span>
    <br><span class="s">${content.address ? html`<bdi>${content.address}</bdi>` : html`<bdi dir="ltr">${latitude}, ${longitude}</bdi>`}</span></span>${icon("external-link")}</a>`;
}

function cards({ content, body }) {
  const list = Array.isArray(content.contacts) ? content.contacts : [];
  if (!list.length) return html`<div class="card">${icon("contact")}<span class="t">${body || t("Contact card")}</span></div>`;
  return list.map((card) => html`<div class="card">${icon("contact")}<span class="grow"><span class="t" dir="auto">${card?.name?.formatted_name ?? t("Contact card")}</span>
    ${(card?.phones ?? []).map((phone) => html`<br><span class="s" dir="ltr">${phone?.phone ?? phone?.wa_id}</span>`)}</span></div>`);
}

function answer(message) {
  return html`<div class="s unknown">${icon("mouse-pointer-click", "small")}<span>${t("Chose an answer")}</span></div>${words(message)}`;
}

function interactive(message) {
  return message.direction === "outbound" ? offered(message, words) : chosen(message, words);
}

function pinned({ content }) {
  return html`<div class="unknown">${icon("pin", "small")}<span>${content.type === "unpin" ? t("Unpinned a message") : t("Pinned a message")}</span></div>`;
}

/** A file that we sent by a link or by WhatsApp's id: it is not kept here. */
const elsewhere = ({ direction, attachments, content }) => direction === "outbound" && !attachments?.length && Boolean(content?.link || content?.id);

function linked({ type, content: told, body }) {
  const [picture, name] = kindOf(type);
  const inner = html`${icon(picture)}<span class="grow"><span class="t" dir="auto">${told.filename || name}</span>${told.link ? html`<br><span class="s" dir="ltr">${told.link}</span>` : nothing}</span>`;
  return html`${/^https?:/.test(told.link ?? "") ? html`<a class="card" href=${told.link} target="_blank" rel="noopener noreferrer">${inner}${icon("external-link")}</a>` : html`<div class="card">${inner}</div>`}${told.caption ? words({ body }) : nothing}`;
}

const line = (text) => html`<div class="unknown">${icon("circle-help", "small")}<span dir="auto">${text}</span></div>`;

/** WhatsApp's own words; ours where it sent none. */
function note({ body, content }) {
  return line(body || noteOf(content?.type));
}

function unsupported({ content }) {
  return line(unsupportedOf(content?.type));
}

function placeholder() {
  return line(t("A file of an earlier time. WhatsApp has not handed it over."));
}

function unknown(message) {
  return html`<div class="unknown">${icon("circle-help", "small")}<span>${t("WhatsApp sent something that cannot be shown here yet ({type}). It is kept.", { type: message.type })}</span></div>${words(message)}`;
}

function trouble(message, { retry, discard }) {
  const { status, error } = message;
  if (!["failed", "unsent", "uncertain"].includes(status)) return nothing;
  const unsure = status === "uncertain";
  const head = unsure ? t("WhatsApp has not confirmed this message.") : error?.title ?? statusOf(status)[2];
  const cause = unsure ? t("It may or may not have reached the customer. It is not sent again by itself.") : error?.cause ?? error?.details;
  return html`<div class="oops ${unsure ? "unsure" : ""}"><b dir="auto">${head}</b>
    ${cause ? html`<span dir="auto">${cause}</span>` : nothing}${error?.cure && !unsure ? html`<span dir="auto">${error.cure}</span>` : nothing}
    ${error?.code ? html`<span class="muted">${t("WhatsApp's code: {code}", { code: error.code })}</span>` : nothing}
    <span class="acts"><button class="link" @click=${() => retry(message)}>${unsure ? t("Send again anyway") : t("Retry")}</button>
      ${status === "unsent" ? html`<button class="link" @click=${() => discard(message)}>${t("Discard")}</button>` : nothing}</span></div>`;
}
