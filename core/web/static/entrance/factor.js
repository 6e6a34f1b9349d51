/** The second factor: whichever of app, passkey and recovery codes the server offers, and a way to change one's mind. */
import { ApiError, post } from "../api.js";
import { leave, say, serve, show } from "./form.js";
import { ask, supported } from "./passkeys.js";

const section = document.getElementById("second");
const forms = [...section.querySelectorAll("form")];
const ORDER = ["totp", "passkey", "recovery_code"];
let asked = null;
let next = "/";

/** Whether this is the question for a second factor; if so it is put, and `onward` is where its answer leads. */
export function needed(error, onward) {
  if (!(error instanceof ApiError) || error.kind !== "second-factor") return false;
  asked = error.problem;
  next = onward;
  choose(offered()[0]);
  return true;
}

const offered = () => ORDER.filter((way) => asked.methods.includes(way) && (way !== "passkey" || supported));

function choose(way) {
  for (const form of forms) form.hidden = form.dataset.method !== way;
  for (const button of section.querySelectorAll("[data-way]")) button.hidden = button.dataset.way === way || !offered().includes(button.dataset.way);
  show("second");
}

for (const form of forms) {
  serve(form, async (values) => {
    const answer = form.dataset.method === "passkey" ? { passkey: await ask(asked.passkey_options) } : values;
    if (answer.passkey === null) return undefined;
    try {
      await post("/api/v1/session/second-factor", { challenge: asked.challenge, ...answer });
    } catch (error) {
      if (error.kind === "second-factor") asked = { ...asked, ...error.problem }; // what it repeats is newer
      if (error.status !== 401 || error.kind === "second-factor") throw error;
      begin();
      return say(document.querySelector("#first form:not([hidden])"), section.dataset.over);
    }
    return leave(next);
  });
}

function begin() {
  show("first");
}

for (const button of section.querySelectorAll("[data-way]")) button.addEventListener("click", () => choose(button.dataset.way));
document.getElementById("again").addEventListener("click", begin);
