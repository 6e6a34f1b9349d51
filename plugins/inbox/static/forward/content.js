/** What a message says, as one that is sent anew: its files are not uploaded again, our storage has them. */
import { fileOf, stored } from "../files.js";

const MEDIA = ["image", "video", "audio", "document", "sticker"];

export function mayForward(message) {
  const { type, body, revoked_at: gone, content } = message;
  if (gone) return false;
  if (MEDIA.includes(type)) return stored(fileOf(message));
  return { text: Boolean(body), location: Number.isFinite(content?.latitude), contacts: Boolean(cardsOf(content).length) }[type] ?? false;
}

const cardsOf = (content) => (Array.isArray(content?.contacts) ? content.contacts : []);

/** {type, body, content} for the outbox. */
export function forwarded({ type, body, content, attachments }) {
  if (type === "text") return { type, body };
  if (type === "contacts") return { type, body, content: cardsOf(content) };
  if (type === "location") {
    const { latitude, longitude, name, address } = content;
    return { type, body: name ?? "", content: { latitude, longitude, ...(name ? { name } : {}), ...(address ? { address } : {}) } };
  }
  const [{ id, filename }] = attachments;
  const caption = ["image", "video", "document"].includes(type) ? content?.caption : undefined;
  return { type, body: caption ?? filename ?? "", content: { attachment_id: id, ...(caption ? { caption } : {}), ...(type === "document" && filename ? { filename } : {}), ...(type === "audio" && content?.voice ? { voice: true } : {}) } };
}
