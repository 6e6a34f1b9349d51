/** Choices that rules and targets have in common: of all numbers or one, of all teams or one. */
import { get, t } from "@comptoir/sdk";
import { everything } from "@comptoir/sdk/load.js";

export async function nouns() {
  const [accounts, teams] = await Promise.all([get("/api/v1/accounts"), everything("/api/v1/teams")]);
  return { accounts: accounts.items.map((one) => [one.id, one.verified_name || `+${one.display_phone_number}`]), teams: teams.map(({ id, name }) => [id, name]) };
}

/** [[value, label]] with a first one that stands for null; one that is gone is still shown. */
export const choices = (some, first, chosen) => [["", first], ...some, ...(chosen && !some.some(([id]) => id === chosen) ? [[chosen, t("Deleted")]] : [])];

export const labelOf = (some, id) => some.find(([one]) => one === id)?.[1] ?? t("Deleted");

/** [code, its own name] of the languages that a contact may have here. */
export const languages = () => [["ar", "العربية"], ["fr", "Français"], ["en", "English"]];

export const number = (text) => (String(text ?? "").trim() === "" ? null : Number(text));

/** Words for what must be a whole number within limits. */
export const whole = (text, most, { least = 1, empty = false } = {}) => {
  const value = number(text);
  if (value === null) return empty ? "" : t("Enter a number.");
  return Number.isInteger(value) && value >= least && value <= most ? "" : t("Enter a whole number from {least} to {most}.", { least, most });
};
