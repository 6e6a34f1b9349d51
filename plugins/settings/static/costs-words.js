import { locale, t } from "@comptoir/sdk";

export const CATEGORIES = ["marketing", "utility", "authentication", "authentication-international", "service", "marketing_lite", "referral_conversion", "group_marketing", "group_utility", "group_service", "general_purpose_ai"];

/** Meta's category, in words where we know it. */
export function categoryWords(category) {
  const words = {
    marketing: t("Marketing"), utility: t("Utility"), authentication: t("Authentication"), "authentication-international": t("Authentication, international"), service: t("Service"), marketing_lite: t("Marketing, lite"),
    referral_conversion: t("From an ad"), group_marketing: t("Marketing in groups"), group_utility: t("Utility in groups"), group_service: t("Service in groups"), general_purpose_ai: t("AI provider"),
  };
  return words[category] ?? category;
}

/** A calling code, or two letters of a country. */
export function countryWords(prefix) {
  if (!prefix) return t("unknown");
  return /^\d/.test(prefix) ? `+${prefix}` : new Intl.DisplayNames([locale], { type: "region" }).of(prefix);
}

/** "2026-11-26", a day of the organisation's own. */
export const dayWords = (day) => new Intl.DateTimeFormat(locale, { dateStyle: "full", timeZone: "UTC" }).format(new Date(`${day}T00:00:00Z`));

export const moneyWords = (amount, currency) => new Intl.NumberFormat(locale, { style: "currency", currency, maximumFractionDigits: 4 }).format(amount);
