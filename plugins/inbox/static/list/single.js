/** Tags, priority and snooze of the one conversation that is open: shown at once, told to the server, taken back by Undo. */
import { t, tags } from "@comptoir/sdk";
import { changeMany } from "./bulk.js";
import { choose } from "./choose.js";
import { priorities } from "./marks.js";
import { naps } from "./snooze.js";
import { askTags } from "./tagging.js";

const ACTS = {
  tag: (conversation) => askTags([conversation], ({ add, remove }) => {
    if (!add.length && !remove.length) return;
    const shown = ({ tags: on = [] }) => ({ tags: [...on.filter(({ id }) => !remove.includes(id)), ...tags.filter(({ id }) => add.includes(id))] });
    changeMany([conversation.id], { add_tags: add, remove_tags: remove }, { shown, done: () => t("Tags changed.") });
  }),
  priority: (conversation) => choose({ heading: t("Priority"), options: priorities().map(([priority, label, icon]) => ({ label, icon, checked: priority === conversation.priority,
    run: () => changeMany([conversation.id], { priority }, { shown: () => ({ priority }), done: () => t("Priority: {priority}", { priority: label }) }) })) }),
  snooze: (conversation) => choose({ heading: t("Snooze until"), options: naps((until) => changeMany([conversation.id], { status: "snoozed", ...(until ? { until: until.toISOString() } : {}) },
    { shown: () => ({ status: "snoozed", snoozed_until: until?.toISOString() ?? null }), done: () => t("Snoozed.") })) }),
};

export const label = (conversation, what) => ACTS[what](conversation);
