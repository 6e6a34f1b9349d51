// The bar on top: whether webhooks arrive, what to do when they do not, language, theme, faults.
import * as api from "./api.js";
import { el, icon, iconButton, ICONS } from "./dom.js";
import { t } from "./words.js";

const LANGUAGES = { en: "English", fr: "Français", ar: "العربية" };
const notice = document.getElementById("notice");

function cure({ status, error }) {
  if (status === 401 || status === 403) return t("cure_signature");
  if (status === 404 || status === 405) return t("cure_missing");
  if (status >= 500) return t("cure_busy");
  if (status) return t("cure_other");
  if (error === "NotSubscribed") return t("cure_subscribe");
  return /timeout/i.test(error ?? "") ? t("cure_slow") : t("cure_connect");
}

function say(strong, rest, button) {
  notice.replaceChildren(el("p", { class: "grow" }, el("b", {}, strong), " ", rest ?? ""), button ?? "");
  notice.hidden = false;
}

export class Bar {
  constructor(desk) {
    this.chip = el("span", { class: "chip", role: "status" });
    this.faultsLabel = el("span", { class: "wide" }, t("faults"));
    this.faults = el("button", { type: "button", class: "quiet", "aria-label": t("faults"), title: t("faults"), onclick: () => desk.showFaults() },
      icon(ICONS.faults, { name: "small" }), this.faultsLabel);
    this.choice = el("select", { class: "quiet number", "aria-label": t("number"), hidden: true,
      onchange: () => visit("number", this.choice.value) });
    const language = el("select", { class: "quiet", "aria-label": t("language"), onchange: () => visit("lang", language.value) }, Object.entries(LANGUAGES).map(([code, name]) =>
      el("option", { value: code, lang: code, selected: code === document.documentElement.lang }, name)));
    document.getElementById("bar").replaceChildren(
      el("img", { src: "/static/icon.svg", alt: "" }), el("h1", {}, t("title")),
      el("span", { class: "hint grow" }, t("hint")), this.choice, this.chip,
      this.faults, language, iconButton("keys", t("keys"), () => desk.showKeys()), iconButton("add", t("add"), () => desk.add()), iconButton("theme", t("theme"), theme));
  }

  /** The simulated numbers, once there is more than one to choose from. */
  numbers(all, shown) {
    this.choice.hidden = all.length < 2;
    this.choice.replaceChildren(...all.map((one) => el("option",
      { value: one.phone_number_id, selected: one.display_phone_number === shown },
      `${one.business_name} · \u2066+${one.display_phone_number}\u2069`)));
  }

  /** How the last webhook was answered. */
  webhook({ ok, status, error, url }) {
    this.url = url ?? this.url;
    this.trouble = ok === false;
    this.#state(ok === null ? "" : ok ? "ok" : "bad", t(ok === null ? "waiting" : ok ? "delivering" : "refused"));
    if (!this.trouble) {
      notice.hidden = true;
      return;
    }
    const what = error === "NotSubscribed" ? t("not_subscribed") : status ? t("answered", { url: this.url, status }) : t("unanswered", { url: this.url, error });
    say(what, cure({ status, error }),
      el("button", { type: "button", class: "quiet", onclick: () => api.retry().catch((failure) => this.failed(failure)) }, t("retry")));
  }

  /** Something the person did was refused. */
  failed(error) {
    say(t("failed", { reason: error.message }), "", iconButton("close", t("close"), () => { notice.hidden = true; }));
  }

  gone() {
    this.#state("bad", t("offline"));
    say(t("gone"));
  }

  #state(kind, text) {
    this.chip.className = `chip ${kind}`;
    this.chip.title = text;
    this.chip.replaceChildren(el("span", {}, text));
  }

  shown({ faults, delivery }, usual) {
    const changed = Object.keys(delivery).filter((name) => delivery[name] !== usual[name]).length;
    const count = Object.keys(faults).length + changed;
    this.faultsLabel.textContent = count ? t("faults_on", { count }) : t("faults");
    this.faults.setAttribute("aria-label", this.faultsLabel.textContent);
    this.faults.classList.toggle("on", count > 0);
  }
}

/** This page again, with one thing chosen differently. */
function visit(name, value) {
  const query = new URLSearchParams(location.search);
  query.set(name, value);
  location.search = query.toString();
}

function theme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  localStorage.setItem("theme", root.dataset.theme);
}
