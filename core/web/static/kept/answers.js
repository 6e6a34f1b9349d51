/** Answers of the API out of the copy, while the server cannot be reached. What the copy cannot know stays unanswered. */
import { me, storageKey } from "../session.js";
import { open, within } from "./database.js";

let database;

const reading = () => (database ??= open(storageKey("copy"), ["facts", "threads"]));

/** Undefined: ask the server. */
export async function answer(path, query = {}) {
  try {
    return await (path === "/api/v1/conversations" ? list(query) : one(path, query));
  } catch (error) {
    console.info("no copy to read:", error);
    return undefined;
  }
}

async function one(path, query) {
  const [, id, messages] = path.match(/^\/api\/v1\/conversations\/([^/]+)(\/messages)?$/) ?? [];
  if (!id) return undefined;
  if (!messages) return (await conversations()).find((one) => one.id === id);
  if (asked(query, []).length) return undefined;
  const thread = await within(await reading(), ["threads"], "readonly", (threads) => threads.get(id));
  return thread && { items: thread.messages, next: null };
}

async function list(query) {
  if (asked(query, ["status", "assignee", "team"]).length) return undefined;
  const kept = (await conversations()).filter((one) => holds(query, one));
  return { items: kept, next: null };
}

/** What else was asked than a copy can judge. */
const asked = (query, known) => Object.keys(query).filter((key) => ![...known, "limit", "sort"].includes(key) && (query[key] ?? "") !== "");

function holds({ status, assignee, team }, conversation) {
  const owner = conversation.assignee?.id ?? null;
  if (status && status !== "all" && conversation.status !== status) return false;
  if (assignee && owner !== (assignee === "me" ? me.id : assignee === "none" ? null : assignee)) return false;
  return !team || (conversation.team?.id ?? "none") === team;
}

async function conversations() {
  return (await within(await reading(), ["facts"], "readonly", (facts) => facts.get("conversations"))) ?? [];
}
