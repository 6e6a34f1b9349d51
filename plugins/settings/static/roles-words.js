/** Roles in the reader's words. */
import { can, me, t } from "@comptoir/sdk";

const PURPOSES = {
  owner: () => t("Everything, deleting the organisation included."), admin: () => t("Everything but deleting the organisation."),
  supervisor: () => t("The inbox, and deleting contacts."), agent: () => t("Answers customers, keeps contacts."), viewer: () => t("Reads, changes nothing."),
};

/** The server tells the names of built-in roles in the reader's language. */
export const roleName = (key, roles) => roles.find((role) => role.key === key)?.name ?? key;
export const rolePurpose = (key) => PURPOSES[key]?.() ?? "";
export const sightWords = () => [["all", t("All")], ["team", t("Their teams’")], ["own", t("Their own")]];
export const seesWords = () => [["all", t("All conversations")], ["team", t("Those of their teams")], ["own", t("Only their own")]];

/** Nobody gives more than they hold, and only an owner makes owners; the server says so too. */
export const mayGive = (role) => (role.key !== "owner" || me.role === "owner") && role.permissions.every(can);

/** A role of the tenant's own holds at most what an admin does, and what plugins add. */
export const grantable = ({ key, plugin }, roles) => Boolean(plugin) || roles.find((role) => role.key === "admin").permissions.includes(key);

/** Why a box cannot be ticked or cleared; empty when it can. */
export function locked({ builtin }, permission, roles) {
  if (builtin) return t("Built-in roles stay as they are: make a copy to change it.");
  if (!grantable(permission, roles)) return t("Only owners may do this.");
  return can(permission.key) ? "" : t("You do not hold this yourself, so you cannot give or take it.");
}
