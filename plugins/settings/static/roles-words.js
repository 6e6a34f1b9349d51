/** Roles in the reader's words: the kernel's own have translations, a tenant's bear the name they were given. */
import { can, me, t } from "@comptoir/sdk";

const NAMES = { owner: () => t("Owner"), admin: () => t("Admin"), supervisor: () => t("Supervisor"), agent: () => t("Agent"), viewer: () => t("Viewer") };
const PURPOSES = {
  owner: () => t("Everything, deleting the organisation included."), admin: () => t("Everything but deleting the organisation."),
  supervisor: () => t("The inbox, and deleting contacts."), agent: () => t("Answers customers, keeps contacts."), viewer: () => t("Reads, changes nothing."),
};

export const roleName = (key, roles = []) => NAMES[key]?.() ?? roles.find((role) => role.key === key)?.name ?? key;
export const rolePurpose = (key) => PURPOSES[key]?.() ?? "";
export const sightWords = () => [["all", t("All")], ["team", t("Their teams’")], ["own", t("Their own")]];
export const seesWords = () => [["all", t("All conversations")], ["team", t("Those of their teams")], ["own", t("Only their own")]];

/** Nobody gives more than they hold, and only an owner makes owners; the server says so too. */
export const mayGive = (role) => (role.key !== "owner" || me.role === "owner") && role.permissions.every(can);
