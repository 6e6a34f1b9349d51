/** The third step: invite colleagues, each answered for itself. */
import { ApiError, post } from "../api.js";
import { t } from "../i18n.js";
import { serve } from "./form.js";
import { sign } from "./sign.js";

const form = document.getElementById("colleagues");
const results = document.getElementById("results");
const inbox = document.getElementById("inbox");

serve(form, async ({ emails, role }) => {
  const invitations = [...new Set(emails.split(/[\s,;،؛]+/).filter(Boolean))].map((email) => ({ email, role }));
  const { items } = await post("/api/v1/invitations", { invitations }).catch((error) => {
    throw error.status === 422 ? ofAddresses(error, invitations) : error;
  });
  results.prepend(...items.map(told));
  form.elements.emails.value = items.filter(({ problem }) => problem).map(({ email }) => email).join("\n");
  inbox.textContent = inbox.dataset.done;
  inbox.classList.replace("secondary", "primary");
  form.querySelector("[type=submit]").classList.replace("primary", "secondary");
});

/** The server counts the addresses; the person sees one field with all of them. */
function ofAddresses({ problem }, invitations) {
  const wrong = (problem.errors ?? []).map(({ loc }) => invitations[loc[1]]?.email).filter(Boolean);
  const errors = wrong.map(() => ({ loc: ["emails"], msg: t("Not an email address: {addresses}", { addresses: wrong.join(", ") }) }));
  return new ApiError({ ...problem, errors });
}

function told({ email, problem }) {
  const line = document.createElement("li");
  line.className = problem ? "failed" : "ok";
  const who = document.createElement("bdi");
  who.dir = "ltr";
  who.textContent = email;
  const words = document.createElement(problem ? "p" : "span");
  words.textContent = problem?.detail ?? t("invited");
  line.append(sign(problem ? "circle-alert" : "circle-check"), who, words);
  return line;
}
