/** Many conversations changed at once: shown at once, told to the server, and taken back to what each one was. */
import { post, put, t, tn, toast } from "@comptoir/sdk";
import { ledger } from "@comptoir/sdk/ledger.js";

const show = (conversation) => ledger.apply({ type: "conversation.updated", data: { conversation } });

/** `change`: what `PUT /conversations` takes; `shown(conversation)`: what a row shows of it meanwhile. */
export async function changeMany(ids, change, { shown = () => ({}), undo = true, done } = {}) {
  const before = ids.map((id) => ledger.conversation(id)).filter(Boolean);
  for (const one of before) show({ ...one, ...shown(one) });
  try {
    const { items } = await put("/api/v1/conversations", { ids, ...change });
    settle(items, before);
    const failed = items.filter(({ problem }) => problem);
    say(items.length - failed.length, failed, undo && (() => restore(before, items, change)), done);
  } catch (error) {
    for (const one of before) if (ledger.conversation(one.id)?.version === one.version) show(one);
    toast({ text: t("That was not saved: {reason}", { reason: error.message }), action: { label: t("Retry"), run: () => changeMany(ids, change, { shown, undo, done }) } });
  }
}

function settle(items, before) {
  const known = new Map(before.map((one) => [one.id, one]));
  for (const { id, conversation, problem } of items) {
    if (conversation) show(conversation);
    else if (problem && known.has(id) && ledger.conversation(id)?.version === known.get(id).version) show(known.get(id));
  }
}

function say(count, failed, back, done) {
  const words = done?.(count) ?? tn("{n} conversation changed", "{n} conversations changed", count);
  const text = failed.length ? `${words} ${tn("{n} could not be changed: {reason}", "{n} could not be changed: {reason}", failed.length, { reason: failed[0].problem.detail })}` : words;
  toast({ text, action: back && count ? { label: t("Undo"), run: back } : undefined });
}

/** What was changed of each as it was, where nobody did anything since: also its snooze, unless that moment has passed. */
async function restore(before, items, change) {
  const left = new Map(items.filter(({ conversation }) => conversation).map(({ id, conversation }) => [id, conversation.version]));
  const conversations = before.filter(({ id }) => left.has(id)).map((one) => ({ id: one.id, version: left.get(one.id), ...stateOf(one, change) }));
  try {
    const { items: back } = await post("/api/v1/conversations/bulk", { conversations });
    settle(back, []);
    const failed = back.filter(({ problem }) => problem);
    if (failed.length) toast({ text: tn("{n} could not be changed: {reason}", "{n} could not be changed: {reason}", failed.length, { reason: failed[0].problem.detail }) });
  } catch (error) {
    toast({ text: t("That was not saved: {reason}", { reason: error.message }), action: { label: t("Retry"), run: () => restore(before, items, change) } });
  }
}

function stateOf({ status, snoozed_until: until, assignee, team, priority, tags = [] }, change) {
  const late = until && Date.parse(until) <= Date.now();
  return {
    ...("status" in change ? { status: late ? "open" : status, ...(until && !late ? { until } : {}) } : {}),
    ...("assignee" in change ? { assignee: assignee?.id ?? null } : {}), ...("team" in change ? { team: team?.id ?? null } : {}),
    ...("priority" in change ? { priority: priority ?? "none" } : {}), ...(change.add_tags || change.remove_tags ? { tags: tags.map((tag) => tag.id) } : {}),
  };
}
