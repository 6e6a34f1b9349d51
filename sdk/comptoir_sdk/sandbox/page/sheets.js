// The dialogs: misbehaviour, one phone's habits, a new phone.
import * as api from "./api.js";
import { el, iconButton } from "./dom.js";
import { t } from "./words.js";

const sheet = document.getElementById("sheet");
const MANNERS = [
  ["late", "chance"], ["late_seconds", "number"], ["duplicate_status", "chance"], ["skip_delivered", "chance"],
  ["before_answer", "chance"], ["shuffle_statuses", "switch"], ["duplicate", "chance"], ["jitter", "number"],
  ["batch", "number"], ["parallel", "number"],
];

function open(title, ...content) {
  sheet.setAttribute("aria-label", title);
  sheet.replaceChildren(
    el("header", {}, el("h2", { class: "grow" }, title), iconButton("close", t("close"), () => sheet.close())),
    el("div", { class: "inner" }, ...content));
  if (!sheet.open) sheet.showModal();
}

sheet.addEventListener("click", (event) => event.target === sheet && sheet.close());

function faultRow(name, on, failed) {
  const chance = el("input", { type: "number", min: "0", max: "1", step: "0.05", value: on?.probability ?? 1 });
  const count = el("input", { type: "number", min: "1", step: "1", value: on?.count ?? "", placeholder: "∞" });
  const box = el("input", { type: "checkbox", checked: !!on });
  const apply = async () => {
    const fault = { probability: Number(chance.value), count: count.value ? Number(count.value) : null };
    await (box.checked ? api.setFault(name, fault) : api.endFault(name)).catch(failed);
  };
  box.addEventListener("change", apply);
  for (const input of [chance, count]) input.addEventListener("change", () => box.checked && apply());
  return el("div", { class: "row" },
    el("label", {}, box, el("code", {}, name)),
    el("label", { class: "small" }, t("chance"), chance),
    el("label", { class: "small" }, t("times"), count));
}

function manner(name, kind, value, failed) {
  const change = (next) => api.setDelivery({ [name]: next }).catch(failed);
  const box = kind === "switch"
    ? el("input", { type: "checkbox", checked: value, onchange: (event) => change(event.target.checked) })
    : el("input", { type: "number", min: "0", max: kind === "chance" ? "1" : null, step: kind === "chance" ? "0.05" : "1",
      value, onchange: (event) => change(Number(event.target.value)) });
  return el("label", {}, el("span", { class: "grow" }, t(name)), box);
}

/** Faults by place, and the manners of delivery. */
export function faults({ faults: on, known, delivery }, failed) {
  const places = [...new Set(known.map(({ place }) => place))];
  const groups = places.flatMap((place) => [
    el("h3", {}, t(`place_${place}`)),
    ...known.filter((fault) => fault.place === place).map(({ name }) => faultRow(name, on[name], failed)),
  ]);
  open(t("faults_title"),
    el("div", { class: "end" }, el("button", { type: "button", class: "quiet", onclick: () => api.endFaults().then((shown) => faults(shown, failed), failed) }, t("faults_off"))),
    el("h3", {}, t("manners")),
    ...MANNERS.map(([name, kind]) => manner(name, kind, delivery[name], failed)),
    ...groups);
}

const KEYS = ["phone_number_id", "waba_id", "token", "app_id", "app_secret", "verify_token", "graph_url", "webhook_url"];

/** What one would copy out of Meta's pages to connect this number by hand. */
export function keys(number) {
  open(`${number.business_name} \u2066+${number.display_phone_number}\u2069`, el("p", { class: "hint" }, t("keys_hint")),
    el("dl", { class: "keys" }, KEYS.flatMap((name) => [el("dt", {}, t(`key_${name}`)),
      el("dd", {}, el("code", { dir: "ltr", tabindex: "0" }, number[name]))])));
}

/** Blue ticks, online, and the like. */
export function habits(phone, failed) {
  const rows = ["blue_ticks", "auto_read", "online", "hidden"].map((name) => el("label", {},
    el("input", { type: "checkbox", checked: phone[name], disabled: name === "hidden" && !phone.number,
      onchange: (event) => api.change(phone.id, { [name]: event.target.checked }).catch(failed) }),
    t(name)));
  open(phone.name, ...rows, el("h3", {}, "BSUID"), el("code", {}, phone.bsuid));
}

/** A new phone, or one that is not on the desk. */
export function add(others, show, failed) {
  const name = el("input", { type: "text", required: true, dir: "auto" });
  const number = el("input", { type: "text", inputmode: "tel", dir: "ltr", placeholder: "+212 6…" });
  const username = el("input", { type: "text", dir: "ltr" });
  const create = async () => {
    try {
      const phone = await api.makePhone({ name: name.value, number: number.value || null, username: username.value || null });
      sheet.close();
      show(phone);
    } catch (error) {
      failed(error);
    }
  };
  const field = (label, input) => el("label", {}, el("span", { class: "grow" }, label), input);
  const choice = el("select", { class: "quiet", "aria-label": t("existing"), onchange: () => { sheet.close(); show(others[Number(choice.value)]); } },
    el("option", { value: "" }, "…"), others.map((phone, at) => el("option", { value: at }, phone.name)));
  open(t("new_phone"), field(t("new_name"), name), field(t("new_number"), number), field(t("new_username"), username),
    el("div", { class: "end" }, el("button", { type: "button", class: "main", onclick: create }, t("create"))),
    others.length ? el("h3", {}, t("existing")) : null, others.length ? choice : null);
}
