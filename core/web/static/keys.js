/** Single-key shortcuts. They never fire while someone writes, and a person may turn them off. */
import { prefer } from "./preferences.js";
import { me } from "./session.js";

const bindings = new Map();

/** `bind({ j: { label, run } })`; the label appears in the help. Returns how to undo it. */
export function bind(map) {
  const own = Object.entries(map);
  for (const [key, binding] of own) bindings.set(key, binding);
  return () => own.forEach(([key, binding]) => bindings.get(key) === binding && bindings.delete(key));
}

export const shortcuts = () => [...bindings].map(([key, { label }]) => ({ key, label })).filter(({ label }) => label);
/** Those of which a press is no more than a press: what they do can be chosen from a list, too. */
export const doings = () => [...bindings].map(([key, binding]) => ({ key, ...binding })).filter(({ key, label }) => label && !["Enter", "Escape", "?"].includes(key));
export const shortcutsOff = () => me?.preferences.keys === false;
export const turnShortcuts = (on) => prefer({ keys: on });

/** Ctrl+K and ⌘K, wherever one is, also while writing. */
export function onPalette(open) {
  document.addEventListener("keydown", (event) => {
    const wanted = (event.ctrlKey !== event.metaKey) && !event.altKey && !event.shiftKey && (event.key.toLowerCase() === "k" || event.code === "KeyK");
    if (!wanted || event.isComposing) return;
    event.preventDefault();
    open();
  });
}

export function startKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (overlaid(event)) return;
    if (event.key !== "Escape" && (writing(event) || shortcutsOff())) return;
    const binding = bindings.get(keyOf(event));
    if (binding?.run(event) === undefined && binding) event.preventDefault();
  });
}

/** On an Arabic layout the J key says "ت"; its place on the keyboard still says KeyJ. */
function keyOf(event) {
  const latin = /^[\x20-\x7e]$/.test(event.key);
  if (latin || event.key.length > 1) return event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.code === "Slash") return event.shiftKey ? "?" : "/";
  return event.code.replace(/^Key/, "").toLowerCase();
}

function writing(event) {
  const [target] = event.composedPath();
  return target.matches?.("input, textarea, select, [contenteditable=true]") ?? false;
}

/** A dialog or a menu in front keeps its keys to itself. */
const overlaid = (event) => event.composedPath().some((node) => node instanceof HTMLElement && node.matches("dialog[open], :popover-open"));
