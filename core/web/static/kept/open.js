/** A page that was opened without a network finds here who it is for. */
import { t } from "../i18n.js";
import { open, within } from "./database.js";
import { HERE } from "./wipe.js";

const LONGEST = 7 * 24 * 3_600_000; // ms without a word from the server, after which it must be asked first

/** What the server told last. Without it there is nothing to show: the page says so and waits for the network. */
export async function keptBootstrap() {
  const kept = await read().catch(() => null);
  if (kept && Date.now() - kept.at < LONGEST) return kept.bootstrap;
  addEventListener("online", () => location.reload());
  const words = document.createElement("p");
  words.className = "banner";
  words.textContent = t("You are offline, and nothing is kept in this browser yet. This page opens once you are connected.");
  document.querySelector(".outlet").replaceChildren(words);
  return new Promise(() => {});
}

async function read() {
  const prefix = localStorage.getItem(HERE);
  const database = prefix && (await open(`${prefix}copy`, ["facts", "threads"]));
  return database && (await within(database, ["facts"], "readonly", (facts) => facts.get("bootstrap")).finally(() => database.close()));
}
