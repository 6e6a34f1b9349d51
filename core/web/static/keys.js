/** Single-key shortcuts, and G with a letter. They never fire while someone writes, and a person may turn them off. */
import { prefer } from "./preferences.js";
import { me } from "./session.js";

const CHORD = 1_500; // ms in which the letter after G counts
const bindings = new Map();
const actions = new Set();
const watchers = new Set();
let first = null;
let waiting = null;

/**
 * `bind({ j: { label, run, group, icon } })`; "g i" is G, then I. The label appears in the help, under its group. One
 * without `run` is only told of, as `shown`: what a field does by itself. With `writes` it brings the caret into a field,
 * and what is typed before the promise of `run` is kept goes there. Returns how to undo it.
 */
export function bind(map) {
  const own = Object.entries(map);
  for (const [key, binding] of own) bindings.set(key, binding);
  return () => own.forEach(([key, binding]) => bindings.get(key) === binding && bindings.delete(key));
}

export const shortcuts = () => [...bindings].map(([key, { label, group, shown }]) => ({ key, label, group, shown })).filter(({ label }) => label);
/** Those of which a press is no more than a press: what they do can be chosen from a list, too. */
export const doings = () => [...bindings].map(([key, binding]) => ({ key, ...binding })).filter(({ key, label, run }) => label && run && !["Enter", "Escape", "?"].includes(key));

/** `items()` is asked whenever ⌘K opens: {group, label, icon, hint, keys, checked, words, run}. Returns how to undo it. */
export function offerActions(items) {
  actions.add(items);
  for (const changed of watchers) changed();
  return () => actions.delete(items);
}

/** `changed()` runs when something else is offered than before: what one does it with may come after ⌘K was pressed. */
export const onOffered = (changed) => watchers.add(changed);

export const offered = () => [...actions].flatMap((items) => items());

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

/** Takes the letters that are typed from now on, for a field that is still to come. Returns what stops it and tells them. */
export function typeAhead() {
  let text = "";
  const take = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || (event.key.length > 1 && !["Backspace", "Enter"].includes(event.key))) return;
    if (event.key === "Backspace") text = text.slice(0, -1);
    else if (event.key !== "Enter") text += event.key; // that one would send what is written elsewhere
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  addEventListener("keydown", take, true);
  return () => {
    removeEventListener("keydown", take, true);
    return text;
  };
}

export function startKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
    if (overlaid(event)) return;
    if (event.key !== "Escape" && (writing(event) || shortcutsOff())) return;
    const binding = bindings.get(chorded(keyOf(event)));
    if (!binding?.run) return;
    const done = binding.run(event);
    if (done === undefined || done instanceof Promise) event.preventDefault();
    if (binding.writes && done instanceof Promise) hold(done);
  });
}

/** What is typed until the field stands is meant for it, and for no other key of ours. */
async function hold(done) {
  const typed = typeAhead();
  await done.catch(() => {}); // told of by whoever runs it
  const text = typed();
  const field = deepest();
  if (!text || !field?.matches("input, textarea")) return;
  field.setRangeText(text, field.selectionStart ?? 0, field.selectionEnd ?? 0, "end");
  field.dispatchEvent(new InputEvent("input", { bubbles: true, composed: true, data: text, inputType: "insertText" }));
}

function deepest() {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return at;
}

/** "g i" for an I soon after a G that begins something. */
function chorded(key) {
  const whole = first && key.length === 1 ? `${first} ${key}` : key;
  clearTimeout(waiting);
  first = null;
  if (whole === key && [...bindings.keys()].some((one) => one.startsWith(`${key} `))) {
    first = key;
    waiting = setTimeout(() => { first = null; }, CHORD);
  }
  return whole;
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
