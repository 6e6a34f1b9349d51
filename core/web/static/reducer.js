/**
 * What an event does to the replica. Live, replayed, fetched and optimistic changes all pass here, so that
 * snapshot + events = a newer snapshot (tests/web asserts it).
 *
 * State: conversations and contacts by id; threads by conversation id (only those opened); what this person wrote and
 * the server has not accepted yet, by conversation id; the version at which a conversation left this person's sight;
 * teams and tags that changed, by id, null when they are gone: a rename makes no other version of a conversation.
 */

const RANK = { queued: -3, sending: -2, uncertain: -1, accepted: 0, received: 0, sent: 1, failed: 1, delivered: 2, read: 3, played: 4 };

export const emptyState = () => ({ conversations: new Map(), contacts: new Map(), threads: new Map(), locals: new Map(), hidden: new Map(), labels: new Map() });

/**
 * `pending` keeps statuses that overtake the page of messages they belong to. A thread whose `newer` is a cursor is a
 * stretch out of the middle: what comes after it waits in `ahead`, until the pages between are here.
 */
export const emptyThread = () => ({ messages: new Map(), next: null, newer: null, ahead: new Map(), loaded: false, pending: new Map(), revision: 0 });

export const noChanges = () => ({ conversations: new Set(), contacts: new Set(), threads: new Set(), hidden: new Set() });

/** Applies one event and notes in `changes` what it touched. Unknown types touch nothing: a newer server may send them. */
export function reduce(state, event, changes = noChanges()) {
  REDUCERS[event.type]?.(state, event.data, changes);
  return changes;
}

const REDUCERS = {
  "message.received": newMessage,
  "message.queued": newMessage,
  "message.echoed": newMessage,
  "message.noted": newMessage,
  "message.status": (state, { message }, changes) => patchMessage(state, message, changes),
  "message.updated": (state, { message }, changes) => replaceMessage(state, message, changes),
  "conversation.opened": (state, { conversation }, changes) => putConversation(state, conversation, changes),
  "conversation.assigned": (state, { conversation }, changes) => putConversation(state, conversation, changes),
  "conversation.moved": (state, { conversation }, changes) => putConversation(state, conversation, changes),
  "conversation.hidden": hideConversation,
  "conversation.closed": (state, { conversation }, changes) => putConversation(state, conversation, changes),
  "conversation.updated": (state, { conversation }, changes) => putConversation(state, conversation, changes),
  "team.saved": (state, { team }, changes) => changeTeam(state, team.id, team, changes),
  "team.deleted": (state, { id }, changes) => changeTeam(state, id, null, changes),
  "tag.saved": (state, { tag }, changes) => changeTag(state, tag.id, tag, changes),
  "tag.deleted": (state, { id }, changes) => changeTag(state, id, null, changes),
  "contact.saved": (state, { contact }, changes) => putContact(state, contact, changes),
  "contact.blocked": blockContact,
  "contact.unblocked": blockContact,
  "contact.deleted": dropContact,
  "contacts.merged": mergeContacts,
  "fetched.conversations": (state, { items }, changes) => items.forEach((item) => putConversation(state, item, changes)),
  "fetched.messages": fetchedMessages,
  "fetched.contacts": (state, { items }, changes) => items.forEach((item) => putContact(state, item, changes)),
  "local.queued": (state, { message }, changes) => putLocal(state, message, changes),
  "local.dropped": (state, { message }, changes) => dropLocal(state, message, changes),
  "local.read": localRead,
};

function newMessage(state, { message, conversation }, changes) {
  if (conversation) putConversation(state, conversation, changes);
  putMessage(state, message, changes);
}

function putConversation(state, incoming, changes) {
  const known = state.conversations.get(incoming.id);
  if (known && known.version > incoming.version) return;
  // The answer to what gave it away may come after the news that it is gone.
  if (state.hidden.get(incoming.id) >= incoming.version) return;
  state.hidden.delete(incoming.id);
  state.conversations.set(incoming.id, withNewest(state, incoming, known));
  changes.conversations.add(incoming.id);
}

/** An embedded contact, label or last message may be older than what another event already told. */
function withNewest(state, incoming, known) {
  const contact = state.contacts.get(incoming.contact?.id);
  const merged = contact && contact.version > incoming.contact.version
    ? { ...incoming, contact: summary(contact) } : { ...incoming };
  const { labels } = state;
  if (labels.has(incoming.team?.id)) merged.team = labels.get(incoming.team.id);
  if (incoming.tags?.some(({ id }) => labels.has(id))) merged.tags = incoming.tags.flatMap((one) => (labels.has(one.id) ? labels.get(one.id) ?? [] : one));
  const [last, before] = [incoming.last_message, known?.last_message];
  if (last && before?.id === last.id && known.version === incoming.version && RANK[before.status] > RANK[last.status])
    merged.last_message = { ...last, status: before.status };
  return merged;
}

function putMessage(state, message, changes) {
  dropLocal(state, message, changes);
  const thread = state.threads.get(message.conversation_id);
  if (!thread) return;
  keepMessage(thread, isAhead(thread, message) ? thread.ahead : thread.messages, message);
  touch(thread, message, changes);
}

function keepMessage(thread, kept, message) {
  const known = kept.get(message.id);
  if (known && known.version > message.version) return;
  const patch = thread.pending.get(message.id);
  kept.set(message.id, patch && patch.version > message.version ? { ...message, ...patch } : message);
}

/** Between it and the end of the stretch there may be others that are not here. */
function isAhead(thread, message) {
  return thread.newer !== null && !thread.messages.has(message.id) && Boolean(thread.end) && byTime(thread.end, message) < 0;
}

function patchMessage(state, patch, changes) {
  dropLocal(state, patch, changes);
  const thread = state.threads.get(patch.conversation_id);
  const kept = thread?.ahead.has(patch.id) ? thread.ahead : thread?.messages;
  const known = kept?.get(patch.id);
  if (known && known.version < patch.version) kept.set(patch.id, { ...known, ...patch });
  else if (thread && !known) thread.pending.set(patch.id, patch);
  if (thread) touch(thread, patch, changes);
  patchPreview(state, patch, { status: patch.status }, changes);
}

function replaceMessage(state, message, changes) {
  putMessage(state, message, changes);
  const { type, status, body, revoked_at = null } = message;
  patchPreview(state, message, { type, status, revoked_at, preview: (body ?? "").slice(0, 160) }, changes);
}

function patchPreview(state, message, patch, changes) {
  const conversation = state.conversations.get(message.conversation_id);
  if (conversation?.last_message?.id !== message.id) return;
  state.conversations.set(conversation.id, { ...conversation, last_message: { ...conversation.last_message, ...patch } });
  changes.conversations.add(conversation.id);
}

/** `next` leads to older pages, `newer` to newer ones; the one that is not told stays as it was. */
function fetchedMessages(state, { conversation_id: id, items, next, newer }, changes) {
  const thread = state.threads.get(id);
  if (!thread) return;
  for (const message of items) {
    dropLocal(state, message, changes);
    keepMessage(thread, thread.messages, message);
  }
  if (newer !== undefined) Object.assign(thread, { newer, end: items[0] ?? thread.end });
  if (next !== undefined) thread.next = next;
  if (thread.newer === null) join(thread);
  else part(thread);
  thread.loaded = true;
  thread.pending.clear();
  touch(thread, { conversation_id: id }, changes);
}

/** What was told while the stretch was on its way. */
function part(thread) {
  for (const message of thread.messages.values()) {
    if (!thread.end || byTime(thread.end, message) >= 0) continue;
    thread.messages.delete(message.id);
    keepMessage(thread, thread.ahead, message);
  }
}

function join(thread) {
  for (const message of thread.ahead.values()) keepMessage(thread, thread.messages, message);
  thread.ahead.clear();
}

/** Times are ISO strings of one zone and form, so they sort as text. */
export function byTime(a, b) {
  if (a.at !== b.at) return a.at < b.at ? -1 : 1;
  return a.id < b.id ? -1 : Number(a.id > b.id);
}

function touch(thread, message, changes) {
  thread.revision += 1;
  changes.threads.add(message.conversation_id);
}

function putContact(state, contact, changes) {
  const known = state.contacts.get(contact.id);
  if (known && known.version > contact.version) return;
  state.contacts.set(contact.id, contact);
  changes.contacts.add(contact.id);
  for (const conversation of conversationsOf(state, contact.id)) {
    if (conversation.contact.version >= contact.version) continue;
    state.conversations.set(conversation.id, { ...conversation, contact: summary(contact) });
    changes.conversations.add(conversation.id);
  }
}

const summary = ({ id, name, phone, bsuid, username, version }) => ({ id, name, phone, bsuid, username, version });

const conversationsOf = (state, contactId) =>
  [...state.conversations.values()].filter((conversation) => conversation.contact?.id === contactId);

/** Of one number: with another the same customer may still talk. */
function blockContact(state, { contact_id: contact, account_id: account, blocked_at: since = null }, changes) {
  for (const conversation of conversationsOf(state, contact)) {
    if (conversation.account.id !== account) continue;
    state.conversations.set(conversation.id, { ...conversation, blocked_at: since });
    changes.conversations.add(conversation.id);
  }
}

function dropContact(state, { id, contact, groups = [] }, changes) {
  const gone = id ?? contact?.id;
  // What they wrote in groups is gone: fetch those threads again.
  forgetThreads(state, groups, changes);
  for (const conversation of conversationsOf(state, gone)) dropConversation(state, conversation.id, changes);
  state.contacts.delete(gone);
  changes.contacts.add(gone);
}

function forgetThreads(state, ids, changes) {
  for (const id of ids) {
    state.threads.delete(id);
    changes.threads.add(id);
  }
}

function mergeContacts(state, { kept, removed, conversations, groups = [] }, changes) {
  putContact(state, kept, changes);
  forgetThreads(state, groups, changes);  // their author there is another now
  // What was said in both is now one thread in another order: fetch it again.
  for (const [gone, into] of conversations) {
    dropConversation(state, gone, changes);
    state.threads.delete(into);
    changes.threads.add(into);
  }
  for (const conversation of conversationsOf(state, removed)) {
    state.conversations.set(conversation.id, { ...conversation, contact: summary(kept) });
    changes.conversations.add(conversation.id);
  }
  state.contacts.delete(removed);
  changes.contacts.add(removed);
}

function dropConversation(state, id, changes) {
  state.conversations.delete(id);
  state.threads.delete(id);
  changes.conversations.add(id);
  changes.threads.add(id);
}

function hideConversation(state, { id, version }, changes) {
  state.hidden.set(id, version);
  dropConversation(state, id, changes);
  changes.hidden.add(id);
}

function changeTeam(state, id, team, changes) {
  state.labels.set(id, team);
  for (const conversation of state.conversations.values()) {
    if (conversation.team?.id !== id) continue;
    state.conversations.set(conversation.id, { ...conversation, team });
    changes.conversations.add(conversation.id);
  }
}

function changeTag(state, id, tag, changes) {
  state.labels.set(id, tag);
  for (const conversation of state.conversations.values()) {
    if (!conversation.tags?.some((one) => one.id === id)) continue;
    const tags = conversation.tags.flatMap((one) => (one.id === id ? tag ?? [] : one));
    state.conversations.set(conversation.id, { ...conversation, tags });
    changes.conversations.add(conversation.id);
  }
}

function putLocal(state, message, changes) {
  const id = message.conversation_id;
  if (state.threads.get(id)?.messages.has(message.id)) return;
  if (!state.locals.has(id)) state.locals.set(id, new Map());
  state.locals.get(id).set(message.id, message);
  changes.threads.add(id);
}

function dropLocal(state, message, changes) {
  if (state.locals.get(message.conversation_id)?.delete(message.id)) changes.threads.add(message.conversation_id);
}

function localRead(state, { conversation_id: id }, changes) {
  const conversation = state.conversations.get(id);
  if (!conversation?.unread) return;
  state.conversations.set(id, { ...conversation, unread: 0 });
  changes.conversations.add(id);
}
