/** A customer blocked at WhatsApp for one number: nothing of theirs comes, nothing reaches them, until it is undone. */
import { html, nothing } from "lit";
import { can, icon, post, remove, t, toast } from "@comptoir/sdk";
import { confirm } from "@comptoir/sdk/elements/confirm.js";
import { titleOf } from "./words.js";

export const mayBlock = () => can("contacts.write");

export async function block(conversation) {
  const name = titleOf(conversation);
  const agreed = await confirm({ heading: t("Block {name}?", { name }), text: t("WhatsApp then delivers nothing of theirs to this number, and takes nothing for them. What they write meanwhile never comes."), act: t("Block"), danger: true });
  if (agreed) await change(conversation, post, t("{name} is blocked.", { name }));
}

export const unblock = (conversation) => change(conversation, remove, t("{name} can write to you again.", { name: titleOf(conversation) }));

async function change({ account, contact }, ask, done) {
  try {
    const { items: [{ problem }] } = await ask(`/api/v1/accounts/${account.id}/blocked-contacts`, { contact_ids: [contact.id] });
    toast({ text: problem ? t("Not done: {reason}", { reason: problem.detail ?? problem.title }) : done });
  } catch (error) {
    toast({ text: t("Not done: {reason}", { reason: error.message }) });
  }
}

/** In the details: that it is so, and a way to change it. */
export function blocking(conversation) {
  if (!conversation.contact || (!conversation.blocked_at && !mayBlock())) return nothing;
  if (!conversation.blocked_at) return html`<ui-button variant="plain" icon="ban" @click=${() => block(conversation)}>${t("Block this contact")}</ui-button>`;
  return html`<ui-chip tone="bad" icon="ban">${t("Blocked")}</ui-chip>${mayBlock() ? html`<ui-button icon="undo-2" @click=${() => unblock(conversation)}>${t("Unblock")}</ui-button>` : nothing}`;
}

/** Instead of the composer. */
export function blockedNote(conversation) {
  return html`<div class="closed" role="note">${icon("ban")}<p><b>${t("This contact is blocked.")}</b>${t("WhatsApp delivers nothing of theirs to this number, and takes nothing for them.")}</p>
    ${mayBlock() ? html`<ui-button icon="undo-2" @click=${() => unblock(conversation)}>${t("Unblock")}</ui-button>` : nothing}</div>`;
}
