/** What the journal's names mean, in words. A name nobody knew yet is shown as it is. */
import { t } from "@comptoir/sdk";

const STAGES = () => ({ written: t("Written"), received: t("Received from Meta"), applied: t("Applied"), quarantined: t("Set aside"), event: t("Told to everybody"), plugin: t("Plugin"), media: t("File"), attempt: t("Sent to Meta"), status: t("Status") });
const PICTURES = { written: "pencil", received: "webhook", applied: "database", quarantined: "shield-alert", event: "activity", plugin: "puzzle", media: "file-text", attempt: "send-horizontal", status: "check-check" };
const OUTCOMES = () => ({
  queued: t("waits for its turn"), journalled: t("kept as it came"), stored: t("stored"), double: t("already known: a repeated delivery"), ranked: t("the message's status follows"), parked: t("kept until its message is known"), kept: t("about a message that is not ours"), told: t("told to plugins"), quarantined: t("could not be applied"),
  set_aside: t("could not be applied"), replayed: t("applied again"), dismissed: t("dismissed"), numbered: t("in order"), waiting: t("waits for its number"), handled: t("handled"), failed: t("failed"), pending: t("not handled yet"),
  posted: t("on its way"), accepted: t("accepted by Meta"), refused: t("refused by Meta"), uncertain: t("no answer: nobody knows yet"), not_sent: t("not sent"), settled: t("reached Meta after all"), sending: t("on its way"),
  fetching: t("waits to be fetched"), tried_again: t("could not be fetched yet"),
  received: t("received"), sent: t("sent"), delivered: t("delivered"), read: t("read"), played: t("played"),
});
const TONES = { stored: "ok", handled: "ok", accepted: "ok", delivered: "ok", read: "ok", played: "ok", replayed: "ok", settled: "ok", quarantined: "bad", set_aside: "bad", failed: "bad", refused: "bad", uncertain: "warn", parked: "warn", waiting: "warn", pending: "warn", tried_again: "warn", not_sent: "warn", double: "info" };
const MARKS = { ok: "check", bad: "circle-alert", warn: "clock", info: "copy" };
const KINDS = () => ({ message: t("Message"), status: t("Status"), field: t("News"), malformed: t("Unreadable") });

export const stageWords = (stage) => STAGES()[stage] ?? stage;
export const stagePicture = (stage) => PICTURES[stage] ?? "circle-help";
export const outcomeWords = (outcome) => OUTCOMES()[outcome] ?? outcome;
export const outcomeTone = (outcome) => TONES[outcome] ?? "";
export const outcomeMark = (outcome) => MARKS[outcomeTone(outcome)] ?? "minus";
export const kindWords = (kind) => KINDS()[kind] ?? kind;

/** ["wamid", "a/b"] of "wamid/a/b": a wamid may have slashes of its own. */
export function beginning(rest) {
  const at = rest.indexOf("/");
  return at < 0 ? [rest, ""] : [rest.slice(0, at), rest.slice(at + 1)];
}
