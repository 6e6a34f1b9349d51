/** One message as a bubble. Template functions, not elements: a thread has hundreds of them pass by. */
import { css, html, nothing } from "lit";
import { can, fmt, icon, panelsIn, rendererOf, t } from "@comptoir/sdk";
import "@comptoir/sdk/elements/drawn.js";
import { cards } from "./content/cards.js";
import { place } from "./content/places.js";
import { answer, note, origin, pinned, placeholder, revoked, saying, unknown, unsupported } from "./content/sayings.js";
import { formatted, textStyles, words } from "./content/text.js";
import { album, file, fileOf, fileStyles, film, picture, sound, sticker, stored } from "./files.js";
import { tick } from "./list.js";
import { menuItems } from "./menu.js";
import { chosen, offered, offerStyles, order, template } from "./offers.js";
import { reactionItems } from "./reactions.js";
import { kindOf, preview, statusOf } from "./words.js";

export const bubbleStyles = css`${textStyles}
  ${fileStyles}
  ${offerStyles}
  .m { display: flex; align-items: center; gap: var(--sp-2); padding: 1px var(--sp-5); border-radius: var(--r-md); }
  .m.first { padding-block-start: 7px; }
  .m.out { flex-direction: row-reverse; }
  .m:focus-visible { box-shadow: inset 0 0 0 2px var(--accent); }
  .b { position: relative; max-inline-size: min(560px, 76%); min-inline-size: 84px; background: var(--bubble-in); border-radius: var(--r-lg); padding: 6px 10px 5px; box-shadow: var(--sh); }
  .out .b { background: var(--bubble-out); }
  .first .b { border-start-start-radius: 4px; }
  .first.out .b { border-start-start-radius: var(--r-lg); border-start-end-radius: 4px; }
  .b.naked { background: none; box-shadow: none; padding-inline: 0; }
  .reacted { margin-block-end: 18px; }
  .mt { display: flex; justify-content: flex-end; align-items: center; gap: 4px; margin-block-start: 1px; font-size: var(--fs-xs); color: var(--bubble-meta); }
  .mt time { color: inherit; } .mt .by { flex: 1; } .mt .edited { border: 0; background: none; padding: 0; color: inherit; font-size: inherit; text-decoration: underline dotted; text-underline-offset: 2px; }
  .who { display: block; font-size: var(--fs-sm); font-weight: 600; color: var(--accent-strong); margin-block-end: 1px; }
  .q { display: flex; gap: var(--sp-2); align-items: center; inline-size: 100%; border: 0; border-inline-start: 3px solid var(--accent); border-radius: var(--r-sm); background: color-mix(in oklab, var(--text) 6%, transparent); padding: 5px 9px; margin-block-end: 5px; text-align: start; font-size: var(--fs-preview); color: var(--text-2); }
  .q b { display: block; color: var(--accent-strong); font-weight: 600; font-size: var(--fs-sm); } .q .said { display: flex; gap: 4px; align-items: center; min-inline-size: 0; } .q img { inline-size: 40px; block-size: 40px; object-fit: cover; border-radius: var(--r-sm); flex: none; }
  .rx { position: absolute; inset-block-end: -18px; inset-inline-start: 8px; background: var(--surface); border: 1px solid var(--line); border-radius: var(--r-full); padding: 0 7px; min-block-size: 24px; font-size: var(--fs-preview); box-shadow: var(--sh); display: flex; gap: 3px; align-items: center; white-space: nowrap; } .rx .n { color: var(--text-2); font-size: var(--fs-xs); }
  .card { display: flex; align-items: center; gap: var(--sp-3); min-inline-size: 200px; padding: 8px 10px; margin-block-end: 4px; border-radius: var(--r-md); background: color-mix(in oklab, var(--text) 5%, transparent); color: inherit; text-decoration: none; }
  .card .t { font-weight: 550; overflow-wrap: anywhere; } .card .s { font-size: var(--fs-sm); color: var(--bubble-meta); overflow-wrap: anywhere; }
  .card .icon { color: var(--text-2); } .card .whole { display: flex; align-items: center; gap: var(--sp-3); flex: 1; min-inline-size: 0; color: inherit; text-decoration: none; }
  .fwd { display: flex; gap: 4px; align-items: center; font-size: var(--fs-sm); font-style: italic; color: var(--bubble-meta); } .fwd .icon { inline-size: 14px; block-size: 14px; } .fwd .icon:dir(ltr) { transform: scaleX(-1); } .fwd .icon:dir(rtl) { transform: none; }
  .unknown { display: flex; gap: var(--sp-2); align-items: center; color: var(--text-2); font-style: italic; }
  .before { margin-block-start: 6px; padding-block-start: 5px; border-block-start: 1px dashed var(--line-strong); color: var(--text-2); font-size: var(--fs-preview); } .before b { font-size: var(--fs-sm); font-weight: 600; }
  .oops { margin-block-start: 6px; padding-block-start: 6px; border-block-start: 1px solid var(--line); font-size: var(--fs-preview); display: grid; gap: 3px; justify-items: start; }
  .oops b { color: var(--bad); font-weight: 600; } .oops.unsure b { color: var(--warn); }
  .acts { display: flex; gap: var(--sp-3); }
  /* The finger's place is larger than what is drawn: a bubble would fall apart around buttons of that size. */
  @media (pointer: coarse) { .card .whole { min-block-size: 44px; } .rx { inset-block-end: -20px; min-block-size: 28px; min-inline-size: 44px; justify-content: center; } .rx::after, .mt .edited::after { content: ""; position: absolute; inset-block: -10px; inset-inline: 0; } .mt .edited { position: relative; min-inline-size: 44px; } .mt .edited::after { inset-block: -14px; } .reacted { margin-block-end: 28px; } }
  @media (hover: none) { .reply, .react { display: none; } }
  @media (max-width: 760px) { .m { position: relative; padding-inline: var(--sp-3); } .b { max-inline-size: 84%; } .more { position: absolute; inset-block-start: 0; inset-inline-end: 0; } .out .more { inset-inline: 0 auto; } }
`;

/**
 * `around`: what the thread knows of it, and what it does when something in it is pressed. Each place of a template and
 * each gap between tags is a node in every bubble: what most messages have none of shares a place, and a text is set.
 */
export function bubble(message, around) {
  const out = message.direction === "outbound";
  const { reactions, focused } = around;
  return html`<article class="m ${out ? "out" : ""} ${around.first ? "first" : ""}" data-id=${message.id} tabindex=${focused ? 0 : -1} aria-label=${nameOf(message, around)}><div class="b ${reactions ? "reacted" : ""} ${message.type === "sticker" && !message.revoked_at && !message.context_wamid ? "naked" : ""}">${above(message, around)}${said(message, around)}${meta(around.album?.at(-1) ?? message, around)}${below(message, around)}</div>${around.active ? tools(message, around) : nothing}</article>`;
}

/** What a bubble is drawn from. As long as all of it is the same, it stands as it is. */
export function drawnFrom(message, around) {
  const { album: files, reactions, ours, quoted, contact, first, focused, active, mayReact, opened, originals } = around;
  const given = reactions && [...reactions.values()].map(({ emoji, name }) => `${emoji} ${name}`).join();
  const plugged = active || (!message.revoked_at && (rendererOf(message) || panelsIn("message.body", around.about(message)).length));
  return [message, first, contact, given, ours, quoted, focused, active, mayReact, opened.has(message.id), originals.has(message.id), plugged ? around.conversation : null, ...(files ?? [])];
}

function above(message, around) {
  const { participant, context, context_wamid: answered, revoked_at: gone } = message;
  const who = participant && around.first;
  if (!who && (gone || (!context && !answered))) return nothing;
  return html`${who ? html`<bdi class="who cut">${participant.name}</bdi>` : nothing}${gone ? nothing : html`${origin(message)}${quote(message, around)}`}`;
}

function said(message, around) {
  if (message.revoked_at) return revoked(message);
  return message.original ? html`${content(message, around)}${before(message, around)}` : content(message, around);
}

function below(message, around) {
  if (!around.reactions && !troubled(message)) return nothing;
  return html`${trouble(message, around)}${reacted(message, around)}`;
}

/** Only at the one that somebody points at or has come to: a thread shows dozens. */
function tools(message, around) {
  const { wamid, revoked_at: gone } = message;
  return html`${wamid && !gone && around.mayReact ? html`<ui-menu class="react" .items=${reactionItems(message, around.ours)}><button class="ib" slot="trigger" tabindex="-1" aria-label=${t("React to this message")} title=${t("React to this message")}>${icon("smile", "small")}</button></ui-menu>` : nothing}
    ${wamid && !gone && can("messages.send") ? html`<button class="ib reply" tabindex="-1" aria-label=${t("Reply to this message")} title=${t("Reply to this message")} @click=${() => around.reply(message)}>${icon("reply", "small")}</button>` : nothing}
    ${message.at ? html`<ui-menu class="more" .items=${menuItems(message, around)}><button class="ib" slot="trigger" tabindex="-1" aria-label=${t("More for this message")} title=${t("More for this message")}>${icon("ellipsis-vertical", "small")}</button></ui-menu>` : nothing}`;
}

export const authorOf = ({ direction, author, participant }, contact) => (direction === "outbound" ? author?.name ?? t("You") : participant?.name ?? contact);

/** What a screen reader says before it reads what is in it. */
function nameOf(message, { contact, album: files }) {
  const parts = [authorOf(message, contact), fmt.time(message.at)];
  if (files) parts.push(t("Album of {n}", { n: fmt.number(files.length) }));
  if (message.direction === "outbound") parts.push(statusOf(message.status)[2]);
  return parts.join(", ");
}

function meta(message, around) {
  const out = message.direction === "outbound";
  const by = out && around.first && message.author?.name;
  const told = by || message.edited_at ? html`${by ? html`<span class="by cut"><bdi>${by}</bdi></span>` : nothing}${edited(message, around)}` : nothing;
  return html`<div class="mt">${told}<time datetime=${message.at} title=${fmt.moment(message.at)} .textContent=${fmt.time(message.at)}></time>${out ? tick(message.status) : nothing}</div>`;
}

function edited({ id, edited_at: at, revoked_at: gone, original }, { originals, uncover }) {
  if (!at || gone) return nothing;
  const title = t("Edited at {time}", { time: fmt.time(at) });
  if (!original) return html`<span title=${title}>${t("Edited")}</span>`;
  return html`<button class="edited" title=${title} aria-expanded=${originals.has(id)} @click=${() => uncover(id)}>${t("Edited")}</button>`;
}

/** What was written before the first edit, once somebody asks for it. */
function before({ id, original }, { originals }) {
  if (!original || !originals.has(id)) return nothing;
  return html`<div class="before"><b>${t("Before the edit")}</b>${formatted(original.body || kindOf(original.type)[1])}</div>`;
}

function reacted(message, { reactions, details }) {
  if (!reactions) return nothing;
  const given = [...reactions.values()];
  const told = given.map(({ emoji, name }) => (name ? `${emoji} ${name}` : emoji)).join(", ");
  return html`<button class="rx" tabindex="-1" aria-label=${t("Reactions: {emoji}", { emoji: told })} title=${told} @click=${() => details(message)}>${[...new Set(given.map(({ emoji }) => emoji))].slice(0, 4).map((emoji) => html`<span>${emoji}</span>`)}${given.length > 1 ? html`<span class="n num">${fmt.number(given.length)}</span>` : nothing}</button>`;
}

function quote(message, { quoted, contact, jump }) {
  if (!message.context_wamid || message.type === "reaction") return nothing;
  const said = quoted ? preview(quoted) : { text: t("An earlier message") };
  const who = quoted && authorOf(quoted, contact);
  const file = quoted && !quoted.revoked_at ? quoted.attachments?.[0] : null;
  return html`<button class="q" @click=${() => jump(message.context_wamid)}><span class="grow">${who ? html`<b class="cut"><bdi>${who}</bdi></b>` : nothing}<span class="said">${said.icon ? icon(said.icon, "small") : nothing}<span class="cut" dir="auto">${said.text.slice(0, 120)}</span></span></span>${stored(file) && file.thumbnail ? html`<img src=${`/api/v1/attachments/${file.id}/thumbnail`} alt="" loading="lazy">` : nothing}</button>`;
}

/** With its caption. */
const shown = (show) => (message, around) => show(message, caption(message, around), around);
const caption = (message, around) => (message.body && message.body !== message.attachments?.[0]?.filename ? words(message, around) : nothing);

const CONTENTS = {
  text: words, image: shown(picture), sticker, video: shown(film), audio: shown(sound), document: shown(file), location: place, contacts: cards,
  interactive: (message, around) => (message.direction === "outbound" ? offered(message, words, around) : chosen(message, words)),
  button: answer, template: (message, around) => template(message, words, around), order: (message) => order(message, words),
  pin: pinned, system: note, reaction: (message) => saying("smile", preview(message).text), unsupported, unknown: unsupported, media_placeholder: placeholder,
};

function content(message, around) {
  const { about } = around;
  const ours = around.album ? album(around.album, around) : (elsewhere(message) ? linked : CONTENTS[message.type] ?? unknown)(message, around);
  const renderer = rendererOf(message);
  const drawn = renderer ? html`<ui-drawn .piece=${renderer} .ctx=${about(message)}>${ours}</ui-drawn>` : ours;
  const panels = panelsIn("message.body", about(message));
  return panels.length ? html`${drawn}<ui-slot name="message.body" shape="bare" .ctx=${about(message)}></ui-slot>` : drawn;
}

/** A file that we sent by a link or by WhatsApp's id: it is not kept here. */
const elsewhere = ({ type, direction, attachments, content: told }) => direction === "outbound" && !attachments?.length && Boolean(told?.link || told?.id) && type !== "interactive" && type !== "template";

function linked(message, around) {
  const { type, content: told } = message;
  const [icons, name] = kindOf(type);
  const inner = html`${icon(icons)}<span class="grow"><span class="t" dir="auto">${told.filename || name}</span>${told.link ? html`<br><span class="s" dir="ltr">${told.link}</span>` : nothing}</span>`;
  return html`${/^https?:/.test(told.link ?? "") ? html`<a class="card" href=${told.link} target="_blank" rel="noopener noreferrer">${inner}${icon("external-link")}</a>` : html`<div class="card">${inner}</div>`}${told.caption ? words(message, around) : nothing}`;
}

const troubled = ({ status }) => ["failed", "unsent", "uncertain"].includes(status);

function trouble(message, { retry, discard }) {
  const { status, error } = message;
  if (!troubled(message)) return nothing;
  const unsure = status === "uncertain";
  const head = unsure ? t("WhatsApp has not confirmed this message.") : error?.title ?? statusOf(status)[2];
  const cause = unsure ? t("It may or may not have reached the customer. It is not sent again by itself.") : error?.cause ?? error?.details;
  return html`<div class="oops ${unsure ? "unsure" : ""}"><b dir="auto">${head}</b>
    ${cause ? html`<span dir="auto">${cause}</span>` : nothing}${error?.cure && !unsure ? html`<span dir="auto">${error.cure}</span>` : nothing}
    ${error?.code ? html`<span class="muted">${t("WhatsApp's code: {code}", { code: error.code })}</span>` : nothing}
    ${can("messages.send") ? html`<span class="acts"><button class="link" @click=${() => retry(message)}>${unsure ? t("Send again anyway") : t("Retry")}</button>
      ${status === "unsent" ? html`<button class="link" @click=${() => discard(message)}>${t("Discard")}</button>` : nothing}</span>` : nothing}</div>`;
}

/** Whether it has a file that the viewer shows. */
export const seen = (message) => !message.revoked_at && ["image", "video"].includes(message.type) && stored(fileOf(message));
