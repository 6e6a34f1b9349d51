// One customer's phone: header, thread, composer. Looking at it sends blue ticks.
import * as api from "./api.js";
import { bubble, summary } from "./bubble.js";
import { el, hue, iconButton, initials } from "./dom.js";
import { t } from "./words.js";

const NEAR_BOTTOM = 80;

export class PhoneView {
  constructor(phone, business, desk) {
    this.phone = phone;
    this.business = business;
    this.desk = desk;
    this.messages = new Map();
    this.replying = null;
    this.#build();
    this.show(phone);
  }

  async load() {
    const { items } = await api.thread(this.phone.id);
    this.messages = new Map(items.map((message) => [message.wamid, message]));
    this.list.replaceChildren();
    for (const message of items) this.#draw(message);
    this.#hint();
    this.thread.scrollTop = this.thread.scrollHeight;
  }

  /** Draw the phone's own data: name, address, habits. */
  show(phone) {
    this.phone = phone;
    this.root.setAttribute("aria-label", phone.name);
    const address = phone.hidden ? t("number_hidden") : phone.number ? `+${phone.number}` : t("no_number");
    this.name.replaceChildren(el("bdi", {}, phone.name));
    const username = phone.username ? [" · ", el("bdi", { dir: "ltr" }, `@${phone.username}`)] : [];
    this.address.replaceChildren(el("bdi", { dir: phone.number && !phone.hidden ? "ltr" : "auto" }, address), ...username);
    this.setUnread(phone.unread);
  }

  setUnread(count) {
    this.phone.unread = count;
    this.badge.hidden = !count;
    this.badge.textContent = count;
    this.desk.unread(this.phone.id, count);
  }

  /** A message appeared, or changed. */
  take(message) {
    const news = !this.messages.has(message.wamid);
    this.messages.set(message.wamid, message);
    const stick = this.thread.scrollHeight - this.thread.scrollTop - this.thread.clientHeight < NEAR_BOTTOM;
    this.#draw(message);
    this.#hint();
    if (news && message.side === "business") this.#arrived(message);
    if (stick || (news && message.side === "customer")) this.thread.scrollTop = this.thread.scrollHeight;
  }

  status({ wamid, status, error }) {
    const message = this.messages.get(wamid);
    if (!message) return;
    message.status = status;
    message.error = error ?? message.error;
    this.#draw(message);
  }

  reactions({ wamid, reactions }) {
    const message = this.messages.get(wamid);
    if (!message) return;
    message.reactions = reactions;
    this.#draw(message);
  }

  typing(seconds) {
    clearTimeout(this.typingEnds);
    this.state.textContent = seconds ? t("typing") : t("business");
    this.state.classList.toggle("typing", seconds > 0);
    if (seconds) this.typingEnds = setTimeout(() => this.typing(0), seconds * 1000);
  }

  /** The customer looks here (or away). */
  look(here) {
    this.screen.classList.toggle("open", here);
    if (here && this.phone.unread) this.#read();
  }

  replyTo(message) {
    this.replying = message;
    this.replyRow.hidden = !message;
    if (message) {
      this.replyQuote.replaceChildren(
        el("b", {}, message.side === "customer" ? t("you") : this.business),
        el("span", { dir: "auto" }, summary(message)));
      this.input.focus();
    }
  }

  async say(message) {
    try {
      await api.write(this.phone.id, message);
    } catch (error) {
      this.desk.failed(error);
      throw error;
    }
  }

  async #read() {
    this.setUnread(0);
    await api.open(this.phone.id).catch((error) => this.desk.failed(error));
  }

  #arrived(message) {
    this.typing(0);
    if (message.type === "reaction") return;
    this.setUnread(this.phone.unread + 1);
    // Reading takes a customer a moment; it also lets "delivered" come before "read", as in life.
    if (this.desk.isOpen(this)) setTimeout(() => this.desk.isOpen(this) && this.#read(), 900);
  }

  #draw(message) {
    if (message.type === "reaction") return;
    const old = this.list.querySelector(`[data-wamid="${CSS.escape(message.wamid)}"]`);
    // A button replaced between press and release never hears its click.
    if (old?.matches(":active")) {
      setTimeout(() => this.#draw(this.messages.get(message.wamid)), 50);
      return;
    }
    const drawn = bubble(message, this, message.reply_to ? this.messages.get(message.reply_to) : null);
    if (old) {
      drawn.classList.toggle("turn", old.classList.contains("turn"));
      old.replaceWith(drawn);
      return;
    }
    const last = this.list.lastElementChild;
    drawn.classList.toggle("turn", !!last && last.classList.contains("mine") !== drawn.classList.contains("mine"));
    this.list.append(drawn);
  }

  #hint() {
    this.empty.hidden = this.list.childElementCount > 0;
  }

  async #send() {
    const text = this.input.value;
    if (!text.trim()) return;
    const reply = this.replying;
    this.input.value = "";
    this.replyTo(null);
    try {
      await this.say({ type: "text", text, reply_to: reply?.wamid });
    } catch {
      this.input.value = text;
      this.replyTo(reply);
    }
  }

  async #sendFile(file) {
    const kind = ["image", "audio", "video"].find((name) => file.type.startsWith(`${name}/`)) ?? "document";
    try {
      const { id } = await api.upload(file);
      const named = kind === "document" ? { filename: file.name } : {};
      await this.say({ type: kind, [kind]: { id, ...named }, reply_to: this.replying?.wamid });
      this.replyTo(null);
    } catch (error) {
      this.desk.failed(error);
    }
  }

  #keys(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.#send();
    } else if (event.key === "Escape" && this.replying) {
      this.replyTo(null);
    }
  }

  #build() {
    const { id, name } = this.phone;
    this.name = el("div", { class: "name" });
    this.address = el("div", { class: "address" });
    this.badge = el("span", { class: "badge", hidden: true });
    this.state = el("p", {}, t("business"));
    this.list = el("ol");
    this.empty = el("p", { class: "empty" }, t("empty", { business: this.business }));
    this.thread = el("div", { class: "thread", tabindex: "0", role: "log", "aria-label": t("thread", { name }) }, this.empty, this.list);
    this.screen = el("section", { class: "phone" }, this.#header(), this.thread, this.#composer());
    const owner = el("div", { class: "who" },
      el("div", { class: `av ${hue(id)}`, "aria-hidden": "true" }, initials(name)),
      el("div", { class: "grow" }, this.name, this.address),
      this.badge,
      iconButton("habits", t("habits"), () => this.desk.habits(this.phone)));
    this.root = el("article", { class: "owner", id: `phone-${id}`, "aria-label": name }, owner, this.screen);
    this.screen.addEventListener("pointerdown", () => this.desk.lookAt(this));
    this.screen.addEventListener("focusin", () => this.desk.lookAt(this));
  }

  #header() {
    return el("header", {},
      el("div", { class: "av", "aria-hidden": "true" }, initials(this.business)),
      el("div", { class: "grow" }, el("h2", {}, el("bdi", {}, this.business)), this.state));
  }

  #composer() {
    this.input = el("textarea", { rows: "1", dir: "auto", placeholder: t("placeholder"), "aria-label": `${t("placeholder")}, ${this.phone.name}`,
      onkeydown: (event) => this.#keys(event) });
    const file = el("input", { type: "file", hidden: true, onchange: () => {
      if (file.files.length) this.#sendFile(file.files[0]);
      file.value = "";
    } });
    this.replyQuote = el("span", { class: "quote" });
    this.replyRow = el("div", { class: "replying", hidden: true }, this.replyQuote,
      iconButton("close", t("cancel_reply"), () => this.replyTo(null)));
    return el("div", { class: "composer" }, this.replyRow, el("div", { class: "line" },
      file,
      iconButton("attach", t("attach"), () => file.click()),
      iconButton("picture", t("sample"), () => this.say({ type: "image", image: { sample: true } }).catch(() => {})),
      this.input,
      iconButton("send", t("send"), () => this.#send(), { class: "send mirror" })));
  }
}
