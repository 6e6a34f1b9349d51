/** Ask for a link to choose a new password. The answer is the same whether or not there is an account. */
import { post } from "../api.js";
import { fill, serve, show } from "./form.js";

serve(document.getElementById("forgot"), async (values) => {
  await post("/api/v1/password-resets", values);
  fill(document, values);
  show("sent");
});

document.getElementById("another").addEventListener("click", () => show("ask"));
