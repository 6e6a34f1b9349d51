/** Icons of the sprite, by their lucide name. Decorative: the words stand beside them or in aria-label. */
import { html } from "lit";

const SPRITE = new URL("./icons.svg", import.meta.url).pathname;
/** Arrows that mean a direction of reading; ticks, media controls and charts are never mirrored. */
const MIRRORED = new Set(["arrow-left", "reply", "send-horizontal", "chevron-left", "arrow-right", "chevron-right", "log-in", "log-out", "panel-right", "undo-2"]);

export const icon = (name, extra = "") =>
  html`<svg class="icon ${MIRRORED.has(name) ? "mirror" : ""} ${extra}" aria-hidden="true"><use href="${SPRITE}#${name}"></use></svg>`;
