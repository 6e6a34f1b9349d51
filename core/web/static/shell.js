import { LitElement, html, nothing } from "lit";
import { Unreachable, get, patch, put, remove } from "./api.js";
import { bring } from "./bring.js";
import { fmt } from "./format.js";
import { icon } from "./icons.js";
import { locale, dir, t, tn } from "./i18n.js";
import { carryOut } from "./commands.js";
import { bind, doings, offered, onOffered, onPalette, shortcutsOff, turnShortcuts, typeAhead } from "./keys.js";
import { mount, report } from "./plugins.js";
import { ledger, onLive, outbox, socket } from "./replica.js";
import { prefer } from "./preferences.js";
import { SETTINGS, navigate, onRoute, pagePath, route, settingsPages } from "./router.js";
import { bootstrap, can, forgetPerson, me } from "./session.js";
import { toast } from "./elements/toast.js";

const LANGUAGES = [["en", "English"], ["fr", "Français"], ["ar", "العربية"]];
const QUIET = 1_200; // ms offline before the bar says so: a reconnect is not news

/** The frame around every screen: rail, bar when offline, toasts, help. In light DOM, so that app.css draws it. */
class App extends LitElement {
  static properties = { page: { state: true }, error: { state: true }, offline: { state: true }, waiting: { state: true }, kept: { state: true }, newer: { state: true }, help: { state: true }, palette: { state: true }, tenants: { state: true } };

  createRenderRoot() {
    this.skeleton = this.querySelector(".outlet");
    this.replaceChildren();
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    onRoute(() => this.arrive());
    onLive(() => this.error instanceof Unreachable && this.arrive(true));
    socket.addEventListener("state", () => this.connection());
    outbox.addEventListener("change", () => this.left());
    addEventListener("comptoir-newer", () => { this.newer = true; });
    ledger.subscribe(() => this.title());
    ledger.onEvent(({ type }) => type === "member.saved" && this.requestUpdate());
    bind({ "?": { label: t("Keyboard shortcuts"), group: t("Everywhere"), run: () => this.explain() }, ...this.ways() });
    onPalette(() => (this.palette ? this.querySelector("x-palette")?.leave() : this.ask()));
    onOffered(() => { if (this.palette) this.palette = this.everything(); });
    this.arrive();
  }

  /** G and a letter: of a page's name in English, which keyboards of every language have. */
  ways() {
    const taken = new Set();
    const ways = {};
    for (const page of bootstrap.ui.pages.filter(({ nav }) => nav === "main")) {
      const letter = [...page.name.toLowerCase()].find((one) => /[a-z]/.test(one) && !taken.has(one));
      if (!letter) continue;
      taken.add(letter);
      ways[`g ${letter}`] = { label: page.title, group: t("Go to"), run: () => navigate(pagePath(page)) };
    }
    if (settingsPages.length && !taken.has("s")) ways["g s"] = { label: t("Settings"), group: t("Go to"), run: () => navigate(SETTINGS) };
    return ways;
  }

  /** The help is not needed before one asks for it. */
  async explain() {
    this.keyHelp = (await bring(import.meta, "./help.js")).keyHelp;
    this.help = true;
  }

  /** The palette is not needed before one asks for it; whoever types at once has typed into it. */
  async ask() {
    if (this.ahead) return;
    this.ahead = typeAhead();
    this.meet().then(() => { if (this.palette) this.palette = this.everything(); });
    try {
      await bring(import.meta, "./palette.js");
      this.palette = this.everything();
      await this.updateComplete;
      this.querySelector("x-palette").begin(this.ahead());
    } finally {
      this.ahead();
      this.ahead = null;
    }
  }

  render() {
    return html`${this.offline ? this.bar() : nothing}<div class="dock"></div>${this.rail()}
      <main class="outlet">${this.content()}</main>
      <div class="toasts" role="status" aria-live="polite"></div>
      <ui-dialog heading=${t("Keyboard shortcuts")} ?open=${this.help} @close=${() => { this.help = false; }}>${this.help ? this.keyHelp(() => this.requestUpdate()) : nothing}</ui-dialog>
      ${this.palette ? html`<x-palette .items=${this.palette} .find=${can("conversations.read") ? findNames : null} @close=${() => { this.palette = null; }}></x-palette>` : nothing}`;
  }

  /** What ⌘K finds: where one can go, what one can do here, what plugins do, and what is one's own. */
  everything() {
    const { pages, commands } = bootstrap.ui;
    const keys = Object.fromEntries(Object.entries(this.ways()).map(([key, { label }]) => [label, key]));
    const page = (one) => ({ group: t("Go to"), keys: one.nav === "main" ? keys[one.title] : undefined, label: one.title, icon: one.icon, hint: one.nav === "settings" ? `${t("Settings")} · ${one.section || t("Plugins")}` : "", run: () => navigate(pagePath(one)) });
    const act = ({ key, label, run, icon: picture }) => ({ group: t("On this screen"), label, icon: picture ?? "keyboard", keys: key, run });
    const plugin = (one) => ({ group: t("Plugins"), label: one.title, icon: one.icon, words: one.plugin, run: () => carryOut(one) });
    const here = doings().filter(({ key }) => !key.startsWith("g ")).map(act);
    return [...here, ...offered(), ...pages.map(page), ...commands.map(plugin), ...this.own()];
  }

  /** The personal menu as lines: its headings are their groups. */
  own() {
    let group = t("Your account");
    const lines = [];
    for (const item of this.personal()) {
      if (item.heading) group = item.heading;
      else if (item.separator) group = t("Your account");
      else if (item.label !== t("Settings")) lines.push({ group, label: item.label, icon: item.icon ?? "languages", checked: item.checked, run: item.run ?? (() => location.assign(item.href)) });
    }
    const off = shortcutsOff();
    return [...lines, { group: t("Your account"), label: off ? t("Turn single-key shortcuts on") : t("Turn single-key shortcuts off"), icon: "keyboard", run: () => turnShortcuts(off) }];
  }

  content() {
    const content = this.error ? this.failure() : this.page;
    const { settings, rest } = route();
    if (settings && this.framed) return html`<x-settings .current=${this.shown} .rest=${rest} .page=${content}></x-settings>`;
    return content ?? this.skeleton.firstElementChild;
  }

  bar() {
    const words = this.waiting ? tn("Offline: {n} message will be sent.", "Offline: {n} messages will be sent.", this.waiting) : t("Offline. Trying to reconnect…");
    return html`<div class="banner" role="status">${icon("wifi-off")}<span>${words}${this.waiting && this.kept === false ? ` ${t("This browser keeps nothing: leave this tab open until then.")}` : nothing}</span><button @click=${() => socket.hurry()}>${t("Reconnect now")}</button></div>`;
  }

  rail() {
    const { page: here, settings } = route();
    return html`<nav class="rail" aria-label=${t("Main")}>
      ${bootstrap.ui.pages.filter((page) => page.nav === "main").map((page) => html`
        <a href=${pagePath(page)} aria-current=${page === here ? "page" : nothing} aria-label=${page.title} title=${page.title}>${icon(page.icon)}</a>`)}
      <span class="push"></span>
      ${this.newer ? html`<button class="newer" aria-label=${t("A new version is here: reload")} title=${t("A new version is here: reload")} @click=${() => location.reload()}>${icon("refresh-cw")}</button>` : nothing}
      <ui-slot name="rail" shape="bare"></ui-slot>
      <button aria-label=${t("Search and commands")} title=${t("Search and commands (Ctrl+K)")} aria-keyshortcuts="Control+K Meta+K" @click=${() => this.ask()}>${icon("search")}</button>
      ${settingsPages.length ? html`<a href=${SETTINGS} aria-current=${settings ? "page" : nothing} aria-label=${t("Settings")} title=${t("Settings")}>${icon("settings")}</a>` : nothing}
      <ui-menu @pointerenter=${this.meet} @focusin=${this.meet} .items=${this.personal()}><button slot="trigger" aria-label=${t("Your account: {name}", { name: me.name })} title=${me.name}><ui-avatar size="small" name=${me.name}></ui-avatar></button></ui-menu>
    </nav>`;
  }

  personal() {
    const { theme } = me.preferences;
    const themes = [["auto", t("As the system"), "monitor"], ["light", t("Light"), "sun"], ["dark", t("Dark"), "moon"]];
    return [
      { heading: `${me.name} · ${me.tenant.name}` },
      ...(settingsPages.length ? [{ label: t("Settings"), icon: "settings", run: () => navigate(SETTINGS) }] : []),
      ...this.organisations(),
      { heading: t("Language") },
      ...LANGUAGES.map(([code, label]) => ({ label, checked: code === locale, run: () => this.speak(code) })),
      { heading: t("Appearance") },
      ...themes.map(([name, label, picture]) => ({ label, icon: picture, checked: name === theme, run: () => this.paint(name) })),
      { separator: true },
      { label: t("Keyboard shortcuts"), icon: "keyboard", run: () => this.explain() },
      { label: t("Log out"), icon: "log-out", run: () => this.leave() },
    ];
  }

  /** The other tenants of this person; nothing for somebody who belongs to one. */
  organisations() {
    if ((this.tenants?.length ?? 0) < 2) return [];
    return [{ heading: t("Organisation") }, ...this.tenants.map(({ slug, name, current }) => (
      { label: name, icon: "building-2", checked: current, run: () => current || this.move(slug) }))];
  }

  /** Asked for when the menu is about to open, and once. */
  meet = async () => {
    if (this.tenants) return;
    this.tenants = [];
    this.tenants = await get("/api/v1/me/tenants").then(({ items }) => items, () => null);
  };

  async move(tenant) {
    try {
      await put("/api/v1/session/tenant", { tenant });
      socket.stop(); // its next events would be the other tenant's
      location.assign("/");
    } catch (error) {
      toast({ text: t("You are still in {name}: {reason}", { name: me.tenant.name, reason: error.message }) });
    }
  }

  failure() {
    return html`<ui-error text=${t("This page could not be loaded.")} .error=${this.error} @retry=${() => this.arrive(true)}></ui-error>`;
  }

  async arrive(again = false) {
    const { page, rest, settings } = route();
    this.classList.toggle("deep", Boolean(rest) || Boolean(page && settings));
    if (page && page === this.shown && this.page && !again) return this.inform(rest);
    this.shown = page;
    this.error = null;
    this.requestUpdate();
    const content = page ? await this.load(page, rest) : settings ? nothing : html`<ui-empty icon="puzzle" text=${t("No plugin shows a page to you yet.")}></ui-empty>`;
    if (settings) await this.frame();
    if (this.shown !== page) return;
    this.page = content;
    this.inform(route().rest);
    this.title();
  }

  /** The frame of the settings is not needed before one opens them. */
  async frame() {
    await bring(import.meta, "./settings.js");
    this.framed = true;
  }

  async load(page, rest) {
    if (page.fragment) return html`<ui-fragment src=${`/api/v1/p/${page.plugin}/fragments/${page.fragment}`}></ui-fragment>`;
    try {
      return await mount(page, { rest });
    } catch (error) {
      console.warn(`page ${page.plugin}.${page.name}`, error);
      if (!(error instanceof Unreachable)) report(page, error);
      this.error = error;
      return null;
    }
  }

  inform(rest) {
    if (this.page instanceof HTMLElement) this.page.ctx = Object.freeze({ locale, dir, rest });
    this.requestUpdate();
  }

  connection() {
    clearTimeout(this.timer);
    if (socket.state === "live") this.offline = false;
    else this.timer = setTimeout(() => { this.offline = socket.state !== "live"; }, QUIET);
  }

  /** What stays behind is told wherever its author is by then. */
  left() {
    Object.assign(this, { waiting: outbox.waiting, kept: outbox.kept });
    if (outbox.stuck.length) bring(import.meta, "./unsent.js").catch((error) => console.info("what was not sent stands in its conversation alone:", error.message));
  }

  title() {
    const unread = [...ledger.state.conversations.values()].filter((one) => one.unread && one.assignee?.id === me.id).length;
    document.title = `${unread ? `(${unread}) ` : ""}${this.shown?.title ?? me.tenant.name} · Comptoir`;
  }

  paint(theme) {
    this.saved(() => prefer({ theme }));
    this.requestUpdate();
  }

  /** The page is drawn anew: its words come from the server. */
  speak(code) {
    this.saved(async () => {
      await patch("/api/v1/me", { locale: code });
      location.assign(`${location.pathname}?lang=${code}`);
    });
  }

  async saved(change) {
    try {
      await change();
    } catch (error) {
      toast({ text: t("That was not saved: {reason}", { reason: error.message }) });
      this.requestUpdate();
    }
  }

  async leave() {
    const { mayLeave } = await bring(import.meta, "./kept/leaving.js");
    if (!(await mayLeave())) return;
    try {
      await remove("/api/v1/session");
    } catch (error) {
      if (error.status !== 401) {
        toast({ text: t("You are still logged in: {reason}", { reason: error.message }) });
        return;
      }
    }
    socket.stop();
    await forgetPerson();
    location.assign("/login");
  }
}

/** Conversations by name or phone, for ⌘K. */
async function findNames(q) {
  const { conversations, contacts } = await get("/api/v1/search", { q, in: "names" });
  const name = ({ contact, group }) => contact?.name ?? group?.subject ?? "";
  return [
    ...conversations.map(({ conversation }) => ({ group: t("Conversations"), label: name(conversation), hint: fmt.phone(conversation.contact?.phone), icon: "message-circle", run: () => navigate(`/inbox/${conversation.id}`) })),
    ...contacts.map(({ contact }) => ({ group: t("Contacts"), label: contact.name, hint: fmt.phone(contact.phone), icon: "contact", run: () => navigate(`/contacts/${contact.id}`) })),
  ];
}

customElements.define("x-app", App);
