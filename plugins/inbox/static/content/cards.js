/** Contact cards, each with what it tells and a way to keep it. */
import { html, nothing } from "lit";
import { can, icon, navigate, post, t, toast } from "@comptoir/sdk";

export function cards({ content, body, direction }) {
  const list = (Array.isArray(content.contacts) ? content.contacts : []).filter((one) => one && typeof one === "object");
  if (!list.length) return html`<div class="card">${icon("contact")}<span class="t" dir="auto">${body || t("Contact card")}</span></div>`;
  return list.map((card) => one(card, direction));
}

const texts = (list, ...keys) => (Array.isArray(list) ? list : []).map((one) => keys.map((key) => one?.[key]).find(Boolean)).filter(Boolean).map(String);
const nameOf = ({ name = {} }) => name?.formatted_name || [name?.first_name, name?.last_name].filter(Boolean).join(" ");
const digitsOf = ({ phones }) => texts(phones, "wa_id", "phone").map((text) => text.replace(/\D/g, "")).find((digits) => digits.length >= 6);

function one(card, direction) {
  const name = nameOf(card);
  const phones = texts(card.phones, "phone", "wa_id");
  const { org } = card;
  return html`<div class="card">${icon("contact")}<span class="grow"><span class="t" dir="auto">${name || phones[0] || t("Contact card")}</span>
      ${org?.company || org?.title ? html`<br><bdi class="s">${[org.title, org.company].filter(Boolean).join(" · ")}</bdi>` : nothing}
      ${(name ? phones : phones.slice(1)).map((phone) => html`<br><bdi class="s num" dir="ltr">${phone}</bdi>`)}
      ${texts(card.emails, "email").map((email) => html`<br><a class="s" dir="ltr" href=${`mailto:${email}`}>${email}</a>`)}
      ${texts(card.urls, "url").map((url) => html`<br>${/^https?:\/\//.test(url) ? html`<a class="s" dir="ltr" href=${url} target="_blank" rel="noopener noreferrer">${url}</a>` : html`<bdi class="s" dir="ltr">${url}</bdi>`}`)}
      ${(Array.isArray(card.addresses) ? card.addresses : []).map((at) => html`<br><bdi class="s">${[at?.street, at?.city, at?.state, at?.country].filter(Boolean).join(", ")}</bdi>`)}
      ${card.birthday ? html`<br><bdi class="s" dir="ltr">${card.birthday}</bdi>` : nothing}</span>
    ${direction === "inbound" && can("contacts.write") && digitsOf(card) ? html`<button class="ib" aria-label=${t("Save {name} as a contact", { name: name || phones[0] })} title=${t("Save as a contact")} @click=${() => keep(card, name)}>${icon("user-plus", "small")}</button>` : nothing}</div>`;
}

async function keep(card, name) {
  try {
    const { id } = await post("/api/v1/contacts", { phone: digitsOf(card), ...(name ? { name: name.slice(0, 200) } : {}) });
    toast({ text: t("Saved."), action: { label: t("Open it"), run: () => navigate(`/contacts/${id}`) } });
  } catch (error) {
    toast({ text: t("Not saved: {reason}", { reason: error.message }) });
  }
}
