/** What `?` shows: all keys, by where they work. Not needed before somebody asks. */
import { html, nothing } from "lit";
import { shortcuts, shortcutsOff, turnShortcuts } from "./keys.js";
import { t } from "./i18n.js";

const NAMES = { " ": () => t("Space"), Enter: () => "Enter", Escape: () => "Esc" };

export function keyHelp(changed) {
  return html`${groups().map(([group, keys]) => html`<section aria-label=${group}><h3>${group}</h3><dl class="keys">${keys.map(line)}</dl></section>`)}
    <label class="check"><input type="checkbox" .checked=${!shortcutsOff()} @change=${(event) => { turnShortcuts(event.target.checked); changed(); }}> ${t("Single-key shortcuts are on")}</label>
    <p class="muted">${t("Single keys work where one does not write, by their place on the keyboard when it is set to Arabic.")}</p>`;
}

function line({ label, keys }) {
  return html`<div><dt>${label}</dt><dd>${keys.map((key, at) => html`${at ? html` <span class="muted">${t("then")}</span> ` : nothing}<kbd dir="ltr">${key}</kbd>`)}</dd></div>`;
}

/** [group, [{label, keys}]], in the order in which they were bound; what belongs nowhere is of the screen. */
function groups() {
  const found = new Map([[t("Everywhere"), [{ label: t("Search and commands"), keys: ["Ctrl+K"] }]]]);
  for (const { key, label, group, shown } of shortcuts()) {
    const name = group ?? t("On this screen");
    if (!found.has(name)) found.set(name, []);
    found.get(name).push({ label, keys: shown ?? (key === " " ? [key] : key.split(" ")).map((one) => NAMES[one]?.() ?? one.toUpperCase()) });
  }
  return [...found];
}
