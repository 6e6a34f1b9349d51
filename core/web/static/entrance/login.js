/** Log in: with the password, then perhaps a second factor; or with a passkey alone. */
import { post } from "../api.js";
import { needed } from "./factor.js";
import { leave, serve } from "./form.js";
import { ask, supported } from "./passkeys.js";
import { wipeCopies } from "../kept/wipe.js";

const form = document.getElementById("login");
const passkey = document.getElementById("passkey");
const { next } = form.dataset;
wipeCopies(); // nobody is logged in

serve(form, async (values) => {
  try {
    await post("/api/v1/session", values);
  } catch (error) {
    if (needed(error, next)) return undefined;
    throw error;
  }
  return leave(next);
});

passkey.hidden = document.getElementById("or").hidden = !supported;
serve(passkey, async () => {
  const { challenge, options } = await post("/api/v1/session/passkey-options", {});
  const credential = await ask(options);
  if (credential === null) return undefined;
  await post("/api/v1/session/passkey", { challenge, credential });
  return leave(next);
});
