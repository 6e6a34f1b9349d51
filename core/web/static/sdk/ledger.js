/**
 * The replica itself, for plugins that draw whole screens of conversations (the bundled inbox and contacts do).
 * A panel needs none of it: the host hands it `ctx` and `api`.
 */
export { byTime } from "../ledger.js";
export { asQuery, isAsked, matcher, byActivity, byWaiting, ConversationList, LIST_PAGE } from "../conversations.js";
export { Counts } from "../counts.js";
export { VOICE, uuid as newId } from "../outbox.js";
export { ledger, onLive, onTopic, outbox, socket } from "../replica.js";
