/** What a search answers, as rows in groups: {label, hits: [{title, named, said, by, when, icon, path}]}, empty ones left out. */
import { t } from "@comptoir/sdk";
import { titleOf } from "../words.js";

export function groupsOf({ conversations, contacts, messages, plugins }) {
  const groups = [
    { label: t("Conversations"), hits: conversations.map(conversationHit) },
    { label: t("Messages"), hits: messages.items.map(messageHit) },
    { label: t("Notes and more"), hits: plugins.items.map(pluginHit) },
    { label: t("Contacts"), hits: contacts.map(contactHit) },
  ];
  return groups.filter(({ hits }) => hits.length);
}

function conversationHit({ conversation, found }) {
  return { title: titleOf(conversation), ...named(found), when: conversation.last_message_at, path: `/inbox/${conversation.id}` };
}

function contactHit({ contact, found }) {
  return { title: contact.name, ...named(found), path: `/contacts/${contact.id}` };
}

/** In the name itself, or in a line below it. */
const named = (found) => (["name", "subject"].includes(found?.field) ? { named: found } : { said: found });

function messageHit({ message, conversation, snippet }) {
  const by = message.direction === "outbound" ? (message.author?.name ?? t("Us")) : message.participant?.name;
  return { title: conversation.name || t("Group"), said: snippet, by, when: message.at, path: `/inbox/${conversation.id}?message=${message.id}` };
}

function pluginHit({ title, icon, snippet, at, conversation, contact_id: contact, url }) {
  const path = conversation ? `/inbox/${conversation.id}` : contact ? `/contacts/${contact}` : url;
  return { title: conversation ? `${title} · ${conversation.name}` : title, said: snippet, when: at, icon, path };
}
