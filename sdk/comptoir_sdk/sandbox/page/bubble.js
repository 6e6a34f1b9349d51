// One message as the customer's phone shows it.
import { address } from "./api.js";
import { el, icon, ICONS } from "./dom.js";
import { offer, offerTaps } from "./offers.js";
import { t, time } from "./words.js";

export const EMOJIS = ["👍", "❤️", "😂", "😮", "🙏"];
const TICKS = {
  sending: ["M8.500 5.500V3.200M8.500 5.500l1.700 1", "M8.500 10a4.500 4.500 0 1 0 0-9 4.500 4.500 0 0 0 0 9z"],
  refused: ["M8.500 2.500v4", "M8.500 9h.01"],
  failed: ["M8.500 2.500v4", "M8.500 9h.01"],
  sent: "M4.500 6l3 3 5.500-7",
  delivered: ["M1.500 6l3 3 5.500-7", "M8 8.500l.5.500L14.500 2"],
  read: ["M1.500 6l3 3 5.500-7", "M8 8.500l.5.500L14.500 2"],
};

function tick(status) {
  const shown = TICKS[status] ?? TICKS.sent;
  const kind = status === "read" ? "read" : ["failed", "refused"].includes(status) ? "bad" : "";
  const label = t(`status_${status}`);
  return el("span", { title: label, role: "img", "aria-label": label }, icon(shown, { box: "0 0 17 11", name: `tick ${kind}` }));
}

/** The words of a message in one line, for quotes. */
export function summary(message) {
  const { type, content } = message;
  if (type === "text") return content.body;
  if (type === "template") return content.text;
  if (type === "interactive") return content.body?.text ?? content.button_reply?.title ?? content.list_reply?.title ?? "";
  if (type === "button") return content.text;
  const names = { image: "picture", audio: "audio", video: "video", document: "document", sticker: "sticker",
    location: "location", contacts: "contacts" };
  return content?.caption || (names[type] ? t(names[type]) : t("unknown", { type }));
}

const words = (text) => el("div", { class: "tx", dir: "auto" }, text);

function card(name, title, detail) {
  return el("div", { class: "card" }, icon(ICONS[name]),
    el("span", { class: "grow", dir: "auto" }, title, detail ? el("small", { dir: "auto" }, detail) : null));
}

function medium(type, content) {
  const name = { image: "picture" }[type] ?? type;
  if (!content.id) return card("file", t(name), content.link ?? t("at_link"));
  const src = address(`/media/${encodeURIComponent(content.id)}`);
  if (type === "image" || type === "sticker") {
    const gone = card("picture", t(name), t("expired"));
    const shown = el("img", { src, alt: content.caption || t(name), loading: "lazy" });
    shown.addEventListener("error", () => shown.replaceWith(gone), { once: true });
    return shown;
  }
  if (type === "audio" || type === "video") return el(type, { src, controls: true, preload: "none" });
  return el("a", { href: src, download: content.filename ?? "" }, card("file", content.filename ?? t(name), ""));
}

function body(message) {
  const { type, content } = message;
  if (["image", "video", "audio", "document", "sticker"].includes(type)) {
    return [medium(type, content), content.caption ? words(content.caption) : null];
  }
  if (type === "location") {
    const where = `${content.latitude}, ${content.longitude}`;
    return [card("place", content.name || t("location"), content.address || where)];
  }
  if (type === "contacts" && Array.isArray(content)) {
    return content.map((one) => card("person", one.name?.formatted_name ?? t("contacts"), one.phones?.map(({ phone }) => phone).join(", ")));
  }
  if (type === "interactive") {
    const { header } = content;
    return [header?.text ? el("b", { dir: "auto" }, header.text) : null,
      header && header.type !== "text" ? medium(header.type, header[header.type] ?? {}) : null,
      words(summary(message)), ...offer(content),
      content.footer ? el("div", { class: "foot", dir: "auto" }, content.footer.text) : null];
  }
  return [words(summary(message))];
}

/** What the customer can tap under a message: `[label, message to send]`. */
function taps({ type, content, wamid, side }, phone) {
  if (side !== "business") return [];
  const reply = (kind, value) => ({ type: kind, [kind]: value, reply_to: wamid });
  if (type === "template") return (content.buttons ?? []).map((text) => [text, reply("button", { text, payload: text })]);
  if (type !== "interactive") return [];
  const chosen = (kind, value) => reply("interactive", { type: kind, [kind]: value });
  if (content.type === "button") return content.action.buttons.map(({ reply: one }) => [one.title, chosen("button_reply", one)]);
  if (content.type === "list") {
    return content.action.sections.flatMap((section) => section.rows).map((row) => [row.title, chosen("list_reply", row)]);
  }
  return offerTaps(content, reply, phone.phone);
}

function quote(quoted, business) {
  return el("span", { class: "quote" },
    el("b", {}, quoted.side === "customer" ? t("you") : business),
    el("span", { dir: "auto" }, summary(quoted)));
}

function acts(message, phone) {
  const mine = message.reactions.customer;
  const emojis = EMOJIS.map((emoji) => el("button", {
    type: "button", "aria-label": t("react", { emoji }), "aria-pressed": String(mine === emoji),
    onclick: () => phone.say({ type: "reaction", reaction: { message_id: message.wamid, emoji: mine === emoji ? "" : emoji } }),
  }, emoji));
  const reply = el("button", { type: "button", class: "mirror", "aria-label": t("reply"), title: t("reply"),
    onclick: () => phone.replyTo(message) }, icon(ICONS.reply));
  return el("div", { class: "acts" }, reply, ...emojis);
}

/** The bubble of a message in `phone` (its view), quoting `quoted` when it is a reply. */
export function bubble(message, phone, quoted) {
  const mine = message.side === "customer";
  const failed = mine ? null : message.error;
  const given = Object.values(message.reactions);
  return el("li", { class: `m ${mine ? "mine" : ""}`, "data-wamid": message.wamid },
    el("div", { class: "b" },
      quoted ? quote(quoted, phone.business) : null,
      ...body(message),
      el("div", { class: "mt" }, el("time", {}, time(message.at)), mine ? tick(message.status) : null),
      acts(message, phone)),
    given.length ? el("span", { class: "reactions" }, given.join(" ")) : null,
    failed ? el("p", { class: "error", dir: "auto" }, `${failed.code}: ${failed.title}`) : null,
    ...tapRow(message, phone));
}

function tapRow(message, phone) {
  const offered = taps(message, phone);
  if (!offered.length) return [];
  return [el("div", { class: "taps" }, offered.map(([label, said]) =>
    el("button", { type: "button", dir: "auto", onclick: () => phone.say(said) }, label)))];
}
