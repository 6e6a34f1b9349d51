/** Answers of the API out of the copy, while the server cannot be reached. What the copy cannot know stays unanswered. */
import { me, storageKey } from "../session.js";
import { open, within } from "./database.js";

let database;

const reading = () => (database ??= open(storageKey("copy"), ["facts", "threads"]).catch((error) => { database = null; throw error; }));

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
  if (asked(query, Object.keys(CONDITIONS)).length) return undefined;
  const wanted = Object.entries(CONDITIONS).filter(([name]) => given(query[name]));
  const items = (await conversations()).filter((one) => wanted.every(([name, holds]) => holds(one, String(query[name]).split(","))));
  return { items, next: null };
}

/** The names of GET /conversations that a copy can judge. A search is not among them. */
const CONDITIONS = {
  status: ({ status }, wanted) => wanted.includes("all") || wanted.includes(status),
  assignee: ({ assignee }, wanted) => wanted.some((one) => (assignee?.id ?? "none") === (one === "me" ? me.id : one)),
  team: ({ team }, wanted) => wanted.includes(team?.id ?? "none"),
  tag: ({ tags = [] }, wanted) => tags.some(({ id }) => wanted.includes(id)),
  account: ({ account }, wanted) => wanted.includes(account.id),
  priority: ({ priority }, wanted) => wanted.includes(priority ?? "none"),
  unread: ({ unread }, [wanted]) => (unread > 0) === (wanted === "true"),
};

const given = (value) => (value ?? "") !== "" && value !== false;

/** What else was asked. */
const asked = (query, known) => Object.keys(query).filter((key) => ![...known, "limit", "sort"].includes(key) && given(query[key]));

async function conversations() {
  return (await within(await reading(), ["facts"], "readonly", (facts) => facts.get("conversations"))) ?? [];
}
