/** What the audit log's names mean, in words. A name nobody knew yet is shown as it is. */
import { fmt, t } from "@comptoir/sdk";

const ACTIONS = () => ({
  "account.connected": t("connected a number"), "account.updated": t("changed a number"), "account.removed": t("removed a number"), "account.examined": t("let the doctor examine a number"),
  "account.refreshed": t("asked Meta about a number again"), "account.subscribed": t("subscribed to a number's deliveries"), "account.profile_updated": t("changed a number's business profile"), "account.link_made": t("made a message link"), "account.link_changed": t("changed a message link"), "account.link_deleted": t("deleted a message link"), "account.was_stopped": t("found that WhatsApp takes nothing of a number"), "account.token_died": t("found a number's access token refused by Meta"),
  "api_key.created": t("made an API key"), "api_key.revoked": t("revoked an API key"),
  "audit.exported": t("exported the audit log"),
  "contact.created": t("added a contact"), "contact.updated": t("changed a contact"), "contact.deleted": t("deleted a contact"), "contact.blocked": t("blocked a contact"), "contact.unblocked": t("unblocked a contact"), "contacts.merged": t("merged contacts"),
  "conversation.assigned": t("assigned a conversation"), "conversation.updated": t("changed a conversation"), "conversation.closed": t("closed a conversation"), "conversation.opened": t("opened a conversation"), "conversation.snoozed": t("snoozed a conversation"), "conversation.reopened": t("opened a conversation again"), "conversation.moved": t("moved a conversation to a team"), "conversation.tagged": t("changed a conversation's tags"), "conversation.prioritised": t("changed a conversation's priority"),
  "frame.created": t("added a frame"), "frame.updated": t("changed a frame"), "frame.deleted": t("removed a frame"), "frame.secret_replaced": t("replaced a frame's secret"),
  "invitation.renewed": t("sent an invitation again"), "invitation.revoked": t("revoked an invitation"),
  "delivery.read": t("read a delivery of Meta's, as the operator"), "journal.replayed": t("replayed a part of the journal"), "journal.replay_cancelled": t("stopped a replay of the journal"), "quarantine.replayed": t("applied again what was set aside"), "quarantine.dismissed": t("dismissed what was set aside"),
  "master_key.rotated": t("replaced the master key"), "master_key.retired": t("dropped an old master key"),
  "member.invited": t("invited somebody"), "member.joined": t("joined"), "member.updated": t("changed a member"), "member.removed": t("removed a member"), "member.added": t("added a member"), "member.left": t("left"),
  "message.retried": t("sent a message again"),
  "meta_app.created": t("added a Meta app"), "meta_app.updated": t("changed a Meta app"), "meta_app.deleted": t("removed a Meta app"),
  "passkey.added": t("added a passkey"), "passkey.removed": t("removed a passkey"), "passkey.renamed": t("renamed a passkey"), "passkey.refused": t("was refused with a passkey"),
  "password.changed": t("changed their password"), "password.reset": t("chose a new password by mail"), "password.link_made": t("made a link for a new password"), "password.reset_requested": t("asked for a new password"),
  "person.created": t("made a person"), "person.updated": t("changed a person"), "platform_admin.made": t("may now run the installation"),
  "personal_data.export_requested": t("asked for everything kept on a contact"), "personal_data.exported": t("made an archive of a contact"), "personal_data.downloaded": t("downloaded an archive of a contact"), "personal_data.erasure_requested": t("asked to erase a contact everywhere"), "personal_data.erased": t("erased a contact everywhere"),
  "plugin.purged": t("purged a plugin"),
  "plugin_settings.updated": t("changed a plugin's settings"),
  "plugin.woken": t("ended the rest of a plugin"),
  "recovery_code.used": t("used a recovery code"), "recovery_codes.replaced": t("replaced their recovery codes"),
  "role.created": t("wrote a role"), "role.updated": t("changed a role"), "role.deleted": t("deleted a role"),
  "second_factor.enabled": t("switched the second factor on"), "second_factor.disabled": t("switched the second factor off"), "second_factor.refused": t("was refused at the second factor"),
  "session.opened": t("logged in"), "session.closed": t("logged out"), "session.ended": t("ended a session"), "sessions.ended": t("logged out everywhere"), "session.moved": t("went to another organisation"),
  "tag.created": t("made a tag"), "tag.updated": t("changed a tag"), "tag.deleted": t("deleted a tag"),
  "team.created": t("made a team"), "team.updated": t("changed a team"), "team.renamed": t("renamed a team"), "team.members_changed": t("changed who is in a team"), "team.saved": t("changed a team"), "team.deleted": t("deleted a team"),
  "tenant.created": t("made the organisation"), "tenant.registered": t("registered the organisation"), "tenant.updated": t("changed the organisation's settings"), "rates.updated": t("changed the rates of messages"), "tenant.suspended": t("suspended the organisation"), "tenant.resumed": t("resumed the organisation"), "tenant.status_changed": t("suspended or resumed the organisation"),
  "storage.swept": t("compared the stored files with the database"), "export.requested": t("asked for an archive"), "export.finished": t("made an archive of everything"), "export.downloaded": t("downloaded an archive"), "tenant.closed": t("began to delete the organisation"), "tenant.closing": t("began to delete the organisation"), "tenant.erased": t("deleted the organisation"),
  "webhook.created": t("added a webhook"), "webhook.updated": t("changed a webhook"), "webhook.deleted": t("removed a webhook"), "webhook.secret_replaced": t("replaced a webhook's secret"), "webhook.replayed": t("had a webhook's events sent again"), "webhook.event_skipped": t("left out an event that a webhook did not take"), "webhook.switched_off": t("switched a webhook off that took nothing"),
  "token_family.opened": t("logged a program in"), "token_family.revoked": t("ended a program's login"),
});

const KINDS = () => ({
  account: t("Number"), api_key: t("API key"), audit: t("Audit log"), contact: t("Contact"), conversation: t("Conversation"), delivery: t("Delivery"), quarantine: t("Set aside"), replay: t("Replay"), export: t("Archive"), invitation: t("Invitation"), master_key: t("Master key"), member: t("Member"), message: t("Message"),
  meta_app: t("Meta app"), passkey: t("Passkey"), person: t("Person"), plugin: t("Plugin"), role: t("Role"), session: t("Session"), tag: t("Tag"), team: t("Team"), tenant: t("Organisation"), token_family: t("Program"), user: t("Person"), webhook: t("Webhook"), frame: t("Frame"),
});

const FIELDS = () => ({
  assignee: t("Assignee"), business_hours: t("Opening hours"), email: t("Email"), expires_at: t("Ends"), graph_url: t("Graph API address"), graph_version: t("Graph API version"), hue: t("Colour"), locale: t("Language"), members: t("Members"), name: t("Name"),
  permissions: t("Permissions"), phone: t("Phone"), role: t("Role"), scopes: t("Permissions"), sees: t("Sees"), slug: t("Short name"), status: t("State"), team: t("Team"), teams: t("Teams"), timezone: t("Time zone"),
});

export const actionWords = (action) => ACTIONS()[action] ?? action;
export const kindWords = (kind) => KINDS()[kind] ?? kind;
export const fieldWords = (field) => FIELDS()[field] ?? field.replaceAll("_", " ");

export function valueWords(value) {
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value === "boolean") return value ? t("yes") : t("no");
  if (typeof value === "number") return fmt.number(value);
  if (Array.isArray(value)) return value.length ? value.map(valueWords).join(", ") : "–";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
