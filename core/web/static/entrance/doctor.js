/** Connecting a number of Meta's: examine before anything is stored, connect, look again, cure what can be cured here. */
import { post, put } from "../api.js";
import { t } from "../i18n.js";
import { fill, say, serve, words } from "./form.js";
import { sign } from "./sign.js";

const element = (id) => document.getElementById(id);
const SIGNS = { ok: "circle-check", warning: "triangle-alert", failed: "circle-alert", unknown: "circle-help" };
const STATES = { ok: () => t("Good"), warning: () => t("Look at this"), failed: () => t("Must be cured"), unknown: () => t("Not known") };

/** `form` has one button that examines and one that connects. */
export function attend(form) {
  const connect = form.querySelector("[data-act=connect]");
  form.addEventListener("input", () => { connect.hidden = true; }); // what was examined is no longer what would be connected
  serve(form, async (values, button) => {
    if (button?.dataset.act === "connect") return join(form, values);
    const { findings } = await post("/api/v1/account-examinations", patient(values));
    const bad = report(findings);
    connect.hidden = false;
    connect.querySelector("[data-say=connect]").hidden = bad;
    connect.querySelector("[data-say=anyway]").hidden = !bad;
    return undefined;
  });
}

const patient = ({ phone_number_id, waba_id, access_token, app_secret, graph_url }) => ({ phone_number_id, waba_id, access_token, app_secret, graph_url });

async function join(form, { app_secret, ...account }) {
  const joined = await post("/api/v1/accounts", { ...account, meta_app: { app_secret } }).catch((error) => {
    if (error.problem?.findings) report(error.problem.findings); // what Meta said when it was asked once more
    throw error;
  });
  for (const control of form.elements) control.disabled = true;
  element("acts").hidden = true;
  fill(document, { number: dialled(joined) });
  element("joined").hidden = element("onward").hidden = false;
  await lookAgain(form, joined.id);
}

/** The number as people write it. */
export const dialled = ({ display_phone_number: number }) => `+${number.replace(/^\+/, "")}`;

async function lookAgain(form, id) {
  const { findings } = await post(`/api/v1/accounts/${id}/examinations`, {});
  report(findings, async () => {
    try {
      await put(`/api/v1/accounts/${id}/subscription`, {});
      await lookAgain(form, id);
    } catch (error) {
      say(form, words(form, error));
    }
  });
}

/** Write the findings down; true when one of them must be cured first. `subscribe` cures what can be cured from here. */
function report(findings, subscribe) {
  const bad = findings.filter(({ state }) => state === "failed").length;
  element("idle").hidden = true;
  element("verdict").hidden = false;
  element("verdict").textContent = bad ? t("Something must be cured before messages can flow.") : t("All that matters is in order.");
  element("findings").replaceChildren(...findings.map((finding) => row(finding, subscribe)));
  return bad > 0;
}

function row({ state, title, detail, cure, act }, subscribe) {
  const item = make("li", `finding ${state}`);
  const heading = make("p", "head");
  heading.append(make("b", "", title), make("span", "word", STATES[state]()));
  item.append(sign(SIGNS[state]), heading);
  if (detail) item.append(make("p", "", detail));
  if (cure) item.append(make("p", "cure", cure));
  if (act === "subscribe" && subscribe) {
    const button = make("button", "secondary", t("Subscribe our app"));
    button.type = "button";
    button.addEventListener("click", subscribe, { once: true });
    item.append(button);
  }
  return item;
}

function make(tag, name, text = "") {
  const made = document.createElement(tag);
  made.className = name;
  made.textContent = text;
  return made;
}
