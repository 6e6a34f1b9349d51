/** What single keys do in the inbox; "?" lists them in this order. */
import { can, t } from "@comptoir/sdk";
import { enterSends } from "./sending-key.js";

const WRITE = "conversations.write";
const NEEDS = { r: "messages.send", n: WRITE, e: WRITE, m: WRITE, a: WRITE, s: WRITE, t: WRITE, p: WRITE };

export function inboxKeys(inbox) {
  return Object.fromEntries(Object.entries(all(inbox)).filter(([key]) => !NEEDS[key] || can(NEEDS[key])));
}

function all(inbox) {
  const [list, open, writing] = [t("Conversation list"), t("Open conversation"), t("Writing")];
  return {
    j: { label: t("Next conversation"), group: list, icon: "arrow-down", run: () => inbox.step(1) },
    k: { label: t("Previous conversation"), group: list, icon: "arrow-up", run: () => inbox.step(-1) },
    Enter: { label: t("Open or answer"), group: list, run: (event) => inbox.enter(event) },
    x: { label: t("Pick for a change of many"), group: list, icon: "check", run: () => inbox.pickActive() },
    Escape: { label: t("Back"), group: list, run: () => inbox.escape() },
    "/": { label: t("Search"), group: list, icon: "search", writes: true, run: () => inbox.find() },
    r: { label: t("Reply"), group: open, icon: "reply", writes: true, run: () => inbox.here((chat) => chat.turn("reply")) },
    n: { label: t("Note for your team"), group: open, icon: "sticky-note", writes: true, run: () => inbox.here((chat) => chat.turn("note")) },
    e: { label: t("Close and go to the next"), group: open, icon: "archive", run: () => (inbox.picked.size ? inbox.many((bar) => bar.status("closed")) : inbox.close()) },
    m: { label: t("Assign to me"), group: open, icon: "user-check", run: () => inbox.here((chat) => chat.assign("me")) },
    a: { label: t("Assign…"), group: open, icon: "user-plus", run: () => (inbox.picked.size ? inbox.many((bar) => bar.assign()) : inbox.here((chat) => chat.openAssign())) },
    s: { label: t("Snooze…"), group: open, icon: "moon", run: () => inbox.label("snooze") },
    t: { label: t("Tags…"), group: open, icon: "tag", run: () => inbox.label("tag") },
    p: { label: t("Priority…"), group: open, icon: "triangle-alert", run: () => inbox.label("priority") },
    f: { label: t("Search in this conversation"), group: open, icon: "search", writes: true, run: () => inbox.find({ within: true }) },
    "composer send": { label: t("Send"), group: writing, get shown() { return [enterSends() ? "Enter" : "Ctrl+Enter"]; } },
    "composer break": { label: t("New line"), group: writing, get shown() { return [enterSends() ? "Shift+Enter" : "Enter"]; } },
  };
}
