/** The second step: a simulated number at once, or one of Meta's with the doctor. */
import { post } from "../api.js";
import { locale } from "../i18n.js";
import { me } from "../session.js";
import { attend, dialled } from "./doctor.js";
import { fill, serve, show } from "./form.js";

const simulated = document.getElementById("simulated");

if (simulated) {
  serve(simulated, async () => {
    const account = await post("/api/v1/accounts/simulated", { name: me.tenant.name });
    fill(document, { number: dialled(account) });
    document.getElementById("phones").href = `${account.graph_url}/?number=${account.phone_number_id}&lang=${locale}`;
    show("ready");
  });
}

document.getElementById("connect").addEventListener("click", () => show("doctor"));
document.getElementById("back").addEventListener("click", () => show("choose"));
attend(document.getElementById("number"));
