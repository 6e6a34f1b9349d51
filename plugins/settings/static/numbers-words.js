/** Meta's words about a number, in the reader's. What Meta says newly is shown as it says it. */
import { html, nothing } from "lit";
import { fmt, t } from "@comptoir/sdk";

export const phoneOf = ({ display_phone_number: digits }) => fmt.phone(digits.replace(/^\+/, ""));

/** {tone, words, icon}: how the number stands with us. */
export function standing({ status, meta_status: meta }) {
  if (status === "token_dead") return { tone: "bad", words: t("Token refused"), icon: "circle-alert" };
  if (status === "disabled") return { tone: "", words: t("Off"), icon: "circle-slash" };
  if (meta && !["CONNECTED", "ACTIVE"].includes(meta)) return { tone: "warn", words: metaWords(meta), icon: "triangle-alert" };
  return { tone: "ok", words: t("Connected"), icon: "check" };
}

export function qualityChip(rating) {
  const known = { GREEN: ["ok", t("High quality"), "circle-check"], YELLOW: ["warn", t("Medium quality"), "triangle-alert"], RED: ["bad", t("Low quality"), "circle-alert"] }[rating];
  return known ? html`<ui-chip tone=${known[0]} icon=${known[2]}>${known[1]}</ui-chip>` : nothing;
}

/** TIER_2K: 2,000 people in a day. */
export function limitWords(tier) {
  const people = { TIER_50: 50, TIER_250: 250, TIER_1K: 1000, TIER_2K: 2000, TIER_10K: 10_000, TIER_100K: 100_000 }[tier];
  if (people) return t("{n} new people a day", { n: fmt.number(people) });
  return tier === "TIER_UNLIMITED" ? t("no daily limit") : tier;
}

export function throughputWords(level) {
  return { STANDARD: t("80 messages a second"), HIGH: t("1,000 messages a second"), COEXISTENCE: t("20 messages a second, as it is also in the WhatsApp Business app") }[level] ?? level;
}

export function metaWords(word) {
  const words = {
    APPROVED: t("Approved"), AVAILABLE_WITHOUT_REVIEW: t("Usable, not reviewed"), DECLINED: t("Declined"), EXPIRED: t("Expired"), PENDING_REVIEW: t("Being reviewed"), NONE: t("None"),
    CONNECTED: t("Connected"), DISCONNECTED: t("Disconnected"), FLAGGED: t("Flagged"), RESTRICTED: t("Restricted"), BANNED: t("Banned"), PENDING: t("Pending"), UNVERIFIED: t("Not verified"), RATE_LIMITED: t("Limited"), MIGRATED: t("Moved elsewhere"),
  };
  return words[word] ?? word;
}

const DECLINED = 2593109;

/** How far what was written before has come. */
export function historyWords({ progress, error_code: code, error }) {
  if (code === DECLINED) return t("The owner of the phone declined to share it.");
  return error || t("{n} % received", { n: Math.round(progress ?? 0) });
}
