/** The steps of a message's road, as the journal tells them, in words. */
import { t } from "@comptoir/sdk";

const STAGES = {
  written: () => t("Written here"), received: () => t("Delivery from WhatsApp"), applied: () => t("Applied to the ledger"),
  quarantined: () => t("Set aside"), event: () => t("Event"), plugin: () => t("Plugin"), media: () => t("File"),
  attempt: () => t("Attempt to send"), status: () => t("Status from WhatsApp"),
};
const OUTCOMES = {
  queued: () => t("waits in the queue"), journalled: () => t("journalled"), stored: () => t("stored"), double: () => t("known already"),
  ranked: () => t("taken"), parked: () => t("waits for its message"), kept: () => t("kept"), told: () => t("told on"),
  set_aside: () => t("could not be applied"), replayed: () => t("applied again"), dismissed: () => t("dismissed"), numbered: () => t("told to screens and plugins"),
  waiting: () => t("waits for its number"), handled: () => t("handled"), pending: () => t("still to come"), failed: () => t("failed"),
  posted: () => t("posted to WhatsApp"), sending: () => t("on its way"), accepted: () => t("accepted by WhatsApp"), refused: () => t("refused by WhatsApp"), not_sent: () => t("not sent"),
  uncertain: () => t("unanswered"), settled: () => t("settled"), fetching: () => t("to be fetched"), tried_again: () => t("tried again"),
  sent: () => t("sent"), delivered: () => t("delivered"), read: () => t("read"), played: () => t("played"), quarantined: () => t("set aside"),
};

/** {title, detail} of a step; a word of a newer server is shown as it is. */
export function stepWords({ stage, outcome, what, detail, attempt, http_status: answered, delivery_id: delivery, seq }) {
  const title = `${STAGES[stage]?.() ?? stage}: ${OUTCOMES[outcome]?.() ?? outcome}`;
  const facts = [
    ["event", "plugin", "media"].includes(stage) ? what : "",
    attempt ? t("attempt {n}", { n: attempt }) : "", answered ? `HTTP ${answered}` : "",
    delivery ? `#${delivery}` : "", seq ? t("event {n}", { n: seq }) : "", detail,
  ];
  return { title, detail: facts.filter(Boolean).join(" · ") };
}
