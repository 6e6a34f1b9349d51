/** Accept an invitation: who invites, as what, and then a password, new or known. */
import { post } from "../api.js";
import { wordsFor } from "../sdk/problems.js";
import { me } from "../session.js";
import { needed } from "./factor.js";
import { fill, leave, serve, show } from "./form.js";

const token = location.hash.slice(1);
const failed = document.getElementById("failed");
const forms = ["newcomer", "known", "here"].map((id) => document.getElementById(id));

async function look() {
  show("looking");
  try {
    const invitation = await post("/api/v1/invitations/lookups", { token });
    const wanted = me?.email === invitation.email ? "here" : invitation.known ? "known" : "newcomer";
    for (const form of forms) form.hidden = form.id !== wanted;
    for (const input of document.querySelectorAll("input[name=email]")) input.value = invitation.email;
    document.documentElement.style.setProperty("--hue", invitation.tenant.hue);
    fill(document, invitation);
    show("first");
  } catch (error) {
    if (error.status === 410 || error.status === 404 || error.status === 422) return show("spent");
    fill(failed, { reason: wordsFor(error) });
    return show("failed");
  }
}

for (const form of forms) {
  serve(form, async ({ name, password }) => {
    try {
      await post("/api/v1/invitations/acceptances", { token, name, password });
    } catch (error) {
      if (error.status === 410) return show("spent");
      if (needed(error, "/")) return undefined;
      throw error;
    }
    return leave("/");
  });
}

document.getElementById("retry").addEventListener("click", look);
if (token) look();
else show("spent");
