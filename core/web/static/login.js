/** The login form: one POST, errors beside the fields they belong to. */
import { ApiError, post } from "./api.js";
import { t } from "./i18n.js";

const form = document.getElementById("login");
const button = form.querySelector("button");
const banner = form.querySelector(".form-error");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (button.ariaBusy === "true" || !complete()) return;
  button.ariaBusy = "true";
  try {
    await post("/api/v1/session", { email: form.email.value.trim(), password: form.password.value });
    location.replace(form.dataset.next);
  } catch (error) {
    button.ariaBusy = "false";
    fail(error);
  }
});

form.addEventListener("input", (event) => mark(event.target, ""));

function complete() {
  say("");
  mark(form.email, form.email.validity.valid ? "" : t("Enter your email address, like name@example.com."));
  mark(form.password, form.password.value ? "" : t("Enter your password."));
  const first = form.querySelector("[aria-invalid=true]");
  first?.focus();
  return !first;
}

function fail(error) {
  const refused = error instanceof ApiError && error.status === 401;
  say(refused ? t("This email and password do not match. Check both and try again.") : error.message);
  form.password.select();
}

function mark(input, message) {
  const line = document.getElementById(input.getAttribute("aria-describedby"));
  if (!line) return;
  line.textContent = message;
  line.hidden = !message;
  input.setAttribute("aria-invalid", String(Boolean(message)));
}

function say(message) {
  banner.textContent = message;
  banner.hidden = !message;
}
