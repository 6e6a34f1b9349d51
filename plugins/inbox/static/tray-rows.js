/** The files that stand above the composer: how far each is, what is wrong with it, and a way to take it back. */
import { css, html, nothing } from "lit";
import { fmt, icon, t } from "@comptoir/sdk";
import { kindOf } from "./words.js";

export const trayStyles = css`
  .tray { list-style: none; margin: 0 0 var(--sp-2); padding: 0; display: grid; gap: var(--sp-1); max-block-size: 240px; overflow-y: auto; }
  .tray li { display: flex; align-items: center; gap: var(--sp-3); padding: 6px 10px; border-radius: var(--r-md); background: var(--surface-2); }
  .tray li > .icon { color: var(--text-2); flex: none; } .tray .bad > .icon { color: var(--bad); }
  .tray .what { flex: 1; min-inline-size: 0; display: grid; gap: 2px; } .tray .name { font-size: var(--fs-preview); font-weight: 550; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .tray .note { font-size: var(--fs-sm); color: var(--text-3); } .tray .bad .note { color: var(--bad); }
  .tray progress { inline-size: 100%; block-size: 4px; accent-color: var(--accent); }
`;

export function trayRows(tray) {
  if (!tray.entries.length) return nothing;
  return html`<ul class="tray" aria-label=${t("Files to send")}>${tray.entries.map((entry) => row(tray, entry))}</ul>`;
}

function row(tray, entry) {
  const bad = ["refused", "failed"].includes(entry.state);
  const words = entry.state === "uploading" ? t("Stop sending {name}", { name: entry.name }) : t("Remove {name}", { name: entry.name });
  return html`<li class=${bad ? "bad" : ""}>${icon(bad ? "circle-alert" : kindOf(entry.kind ?? "document")[0])}
    <div class="what"><span class="name"><bdi>${entry.name}</bdi></span><span class="note" role=${bad ? "alert" : nothing}>${note(entry)}</span>
      ${entry.state === "uploading" ? html`<progress max="1" value=${entry.progress} aria-label=${t("Upload of {name}", { name: entry.name })}></progress>` : nothing}</div>
    ${tray.entries.length > 1 && !entry.departing ? html`<button class="ib" aria-label=${t("Move {name} up", { name: entry.name })} title=${t("Move up")} ?disabled=${tray.entries[0] === entry} @click=${() => tray.move(entry, -1)}>${icon("arrow-up", "small")}</button>
      <button class="ib" aria-label=${t("Move {name} down", { name: entry.name })} title=${t("Move down")} ?disabled=${tray.entries.at(-1) === entry} @click=${() => tray.move(entry, 1)}>${icon("arrow-down", "small")}</button>` : nothing}
    ${entry.state === "failed" && !entry.refused ? html`<button class="link" @click=${() => tray.retry(entry)}>${t("Try again")}</button>` : nothing}
    <button class="ib" aria-label=${words} title=${words} @click=${() => tray.drop(entry)}>${icon("x", "small")}</button></li>`;
}

function note({ state, problem, progress, size, departing, caption }) {
  if (problem) return problem;
  const told = size ? fmt.size(size) : "";
  const where = {
    waiting: () => t("Waits for its turn"),
    uploading: () => t("{percent} uploaded", { percent: fmt.percent(progress) }),
    ready: () => (departing ? t("Leaves after the files before it") : t("Ready to send")),
  }[state]();
  return [told, where, caption && `“${caption}”`].filter(Boolean).join(" · ");
}
