/** What could not leave while its author looks elsewhere: newer messages hold it up, or the server refused it. */
import { t } from "./i18n.js";
import { toast } from "./elements/toast.js";
import { ledger, outbox } from "./replica.js";
import { navigate, onRoute } from "./router.js";

const SECONDS = 20; // who closed the conversation sees it in no list

let known = new Set();
const shown = new Map(); // conversation → how to take its toast back

const placeOf = (id) => `/inbox/${id}`;
const isHere = (id) => location.pathname === placeOf(id);

outbox.addEventListener("change", tell);
document.addEventListener("visibilitychange", tell);
onRoute(() => [...shown.keys()].filter(isHere).forEach(takeBack));
tell();

/** Nobody reads what stands on a hidden page for some seconds: there it is told when somebody is back. */
function tell() {
  if (document.hidden) return;
  const { stuck } = outbox;
  const fresh = stuck.filter(({ id }) => !known.has(id));
  known = new Set(stuck.map(({ id }) => id));
  const left = new Set(stuck.map((one) => one.conversation_id));
  for (const id of shown.keys()) if (!left.has(id)) takeBack(id);
  for (const id of new Set(fresh.map((one) => one.conversation_id))) show(id);
}

async function show(id) {
  if (!isHere(id) && !ledger.conversation(id)) await ledger.fetchConversation(id).catch((error) => console.info("whom a message did not reach is not known:", error.message));
  if (isHere(id) || !outbox.stuck.some((one) => one.conversation_id === id)) return;
  takeBack(id);
  const { contact, group } = ledger.conversation(id) ?? {};
  const name = group ? group.subject : contact?.name;
  const text = name ? t("Not sent to {name}", { name }) : t("A message was not sent.");
  shown.set(id, toast({ text, seconds: SECONDS, action: { label: t("Open it"), run: () => navigate(placeOf(id)) } }));
}

function takeBack(id) {
  shown.get(id)?.();
  shown.delete(id);
}
