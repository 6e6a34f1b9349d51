/**
 * What every form before login does: say beside each field what to do, send once, keep what was typed, tell what the
 * server refused. The words stand in the template, as data-missing, data-wrong, data-refused and data-<status>.
 */
import { ApiError } from "../api.js";
import { wordsFor } from "../sdk/problems.js";

/** `send(values, button)` does the work; what it throws is told. While it runs, the form is busy. */
export function serve(form, send) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.ariaBusy === "true" || !complete(form)) return;
    busy(form, event.submitter, true);
    say(form, "");
    try {
      await send(values(form), event.submitter);
    } catch (error) {
      fail(form, error);
    }
    busy(form, event.submitter, false);
  });
  form.addEventListener("input", (event) => mark(event.target, ""));
  for (const button of form.querySelectorAll(".reveal")) button.addEventListener("click", () => reveal(button));
}

/** Leave for another page. It never ends, so that the form stays busy until the page is gone. */
export function leave(url) {
  location.assign(url);
  return new Promise(() => {});
}

/** Fill the page with what the server told: `data-fill="tenant.name"`. */
export function fill(root, told) {
  for (const place of root.querySelectorAll("[data-fill]")) {
    const found = at(told, place.dataset.fill);
    if (found !== undefined) place.textContent = found;
  }
}

/** Show one of several sections of the page, and tell readers and keyboards where they are now. */
export function show(id) {
  for (const section of document.querySelectorAll(".content > section")) section.hidden = section.id !== id;
  const section = document.getElementById(id);
  const target = section.querySelector("form:not([hidden]) :is(input, button):not([type=hidden], .reveal, [hidden])") ?? section.querySelector("h1");
  target?.focus();
}

/** The form's words about an error: its own for this status, else the product's. */
export function words(form, error) {
  return (error instanceof ApiError && form.dataset[error.status]) || wordsFor(error);
}

/** One sentence above the fields, read aloud; "" takes it away. */
export function say(form, sentence) {
  const line = banner(form);
  line.textContent = sentence;
  line.hidden = !sentence;
}

const banner = (form) => form.querySelector(".form-error") ?? form.closest("section").querySelector(".form-error");

function values(form) {
  const told = {};
  for (const control of form.elements) {
    if (!control.name || control.disabled || (!control.required && control.value === "")) continue;
    const path = control.name.split(".");
    const last = path.pop();
    path.reduce((into, key) => (into[key] ??= {}), told)[last] = control.type === "password" ? control.value : control.value.trim();
  }
  return told;
}

function complete(form) {
  say(form, "");
  for (const control of form.elements) {
    if (!control.willValidate || control.type === "submit" || control.type === "button") continue;
    const empty = control.required && control.value.trim() === "";
    mark(control, empty ? control.dataset.missing : control.validity.valid ? "" : (control.dataset.wrong ?? control.validationMessage));
  }
  return !focusFirst(form);
}

function focusFirst(form) {
  const first = form.querySelector("[aria-invalid=true]");
  first?.closest("details")?.setAttribute("open", "");
  first?.focus();
  return first;
}

/** Errors of single fields go beside them; what belongs to none of them goes above. */
function fail(form, error) {
  if (error.kind === "suspended") location.assign("/suspended");
  const rest = error instanceof ApiError && error.status !== 429 ? (error.problem.errors ?? []).filter((one) => !markNamed(form, one)) : [];
  const placed = focusFirst(form);
  if (!placed || rest.length) say(form, rest.length ? rest.map(({ msg }) => msg).join(" ") : words(form, error));
  if (!placed) tryAgain(form);
}

/** Where one goes on after a refusal: to what is typed again, ready to be typed over. */
function tryAgain(form) {
  const input = form.querySelector("[data-again]");
  if (input) input.select();
  else banner(form).focus();
}

function markNamed(form, { loc, msg }) {
  const name = loc.filter((part) => part !== "body").join(".");
  const control = form.elements.namedItem(name);
  if (!control || control.hidden) return false;
  mark(control, control.dataset.refused ?? control.dataset.wrong ?? msg);
  return true;
}

function mark(control, message) {
  const line = document.getElementById(`${control.id}-error`);
  if (!line) return;
  line.textContent = message;
  line.hidden = !message;
  control.setAttribute("aria-invalid", String(Boolean(message)));
}

function busy(form, button, is) {
  form.ariaBusy = String(is);
  (button ?? form.querySelector("[type=submit]")).classList.toggle("busy", is);
}

function reveal(button) {
  const input = document.getElementById(button.getAttribute("aria-controls"));
  const seen = input.type === "password";
  input.type = seen ? "text" : "password";
  button.ariaPressed = String(seen);
}

function at(told, path) {
  return path.split(".").reduce((inside, key) => inside?.[key], told);
}

const offline = document.querySelector(".offline");
const tell = () => { offline.hidden = navigator.onLine; };
addEventListener("online", tell);
addEventListener("offline", tell);
tell();
