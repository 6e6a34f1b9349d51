/**
 * <x-frame .panel=${panel} .ctx=${{ conversation, contact }}>: a page of others beside ours, which it cannot read.
 *
 * The frame has no origin (sandbox without allow-same-origin), so it is known by its window, and what is told to it goes
 * to whoever stands in that window: the policy's frame-src lets only pages of the configured origins stand there. It may
 * ask; what leaves the frame, a link, a conversation, words for the composer, waits for the agent's click.
 */
import { LitElement, css, html, nothing } from "lit";
import { keyed } from "lit/directives/keyed.js";
import { post } from "./api.js";
import { dir, locale, t } from "./i18n.js";
import { BUDGET, insert } from "./plugins.js";
import { navigate } from "./router.js";
import { base } from "./styles.js";

const VERSION = 1; // of the protocol: docs/plugins/untrusted.md
const FLOOD = { messages: 50, milliseconds: 10_000 };
const HEIGHT = { least: 40, first: 160, most: 900 }; // px
const LONGEST = 4096; // characters that may be put into the composer at once
const CALM = 400; // ms: a question that appears under the pointer is not answered by a click meant for something else
const TOKEN_EVERY = 10_000; // ms
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const DARK = matchMedia("(prefers-color-scheme: dark)");

class Frame extends LitElement {
  static properties = { panel: { attribute: false }, ctx: { attribute: false }, state: { reflect: true }, question: { state: true }, turn: { state: true } };
  static styles = [base, css`
    .page { display: block; position: relative; } iframe { display: block; inline-size: 100%; block-size: var(--frame-h); border: 0; border-radius: var(--r-md); background: transparent; color-scheme: normal; }
    :host([state=waiting]) iframe, :host([state=late]) iframe { visibility: hidden; } :host([state=late]) .page { block-size: 0; overflow: hidden; }
    .ask { display: grid; gap: var(--sp-2); border: 1px solid var(--line); border-radius: var(--r-md); background: var(--surface-2); padding: var(--sp-2) var(--sp-3); margin-block-start: var(--sp-2); font-size: var(--fs-preview); }
    .what { overflow-wrap: anywhere; color: var(--text-2); max-block-size: 8lh; overflow-y: auto; white-space: pre-wrap; } .acts { display: flex; gap: var(--sp-2); flex-wrap: wrap; }
  `];

  connectedCallback() {
    super.connectedCallback();
    addEventListener("message", this.heard);
    DARK.addEventListener("change", this.repaint);
    this.themes = new MutationObserver(this.repaint);
    this.themes.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    this.begin();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    removeEventListener("message", this.heard);
    DARK.removeEventListener("change", this.repaint);
    this.themes.disconnect();
    clearTimeout(this.timer);
  }

  begin() {
    clearTimeout(this.timer);
    Object.assign(this, { state: "waiting", question: null, turn: (this.turn ?? 0) + 1, times: [], height: HEIGHT.first, tokenAt: 0 });
    this.timer = setTimeout(() => { if (this.state === "waiting") this.state = "late"; }, BUDGET);
  }

  get window() {
    return this.renderRoot.querySelector("iframe")?.contentWindow;
  }

  /** Only our own frame is heard, and only as long as it has no origin: with one, it is not the page that was put there. */
  heard = ({ source, origin, data }) => {
    if (!source || source !== this.window || origin !== "null") return;
    if (this.floods()) return;
    if (data?.comptoir !== VERSION || typeof data.type !== "string") return;
    if (Object.hasOwn(HEARD, data.type)) HEARD[data.type](this, data);
  };

  floods() {
    const now = Date.now();
    this.times = [...this.times.filter((time) => now - time < FLOOD.milliseconds), now];
    if (this.times.length <= FLOOD.messages) return false;
    clearTimeout(this.timer);
    Object.assign(this, { state: "flooded", question: null });
    return true;
  }

  tell(type, told) {
    this.window?.postMessage({ comptoir: VERSION, type, ...told }, "*");
  }

  async introduce() {
    this.state = "ready";
    this.tell("context", { ...this.about, locale, dir, theme: theme(), ...await this.token() });
  }

  get about() {
    return { conversation: this.ctx?.conversation?.id ?? null, contact: this.ctx?.contact?.id ?? null };
  }

  async renew() {
    if (Date.now() - this.tokenAt > TOKEN_EVERY) this.tell("token", await this.token());
  }

  /** A page may do without; its server then does not know who looks. */
  async token() {
    this.tokenAt = Date.now();
    try {
      return await post(`/api/v1/frames/${this.panel.frame.id}/token`, this.about);
    } catch (error) {
      console.warn(`frame ${this.panel.title}`, error);
      return { token: null, expires_at: null };
    }
  }

  repaint = () => this.state === "ready" && this.tell("theme", { theme: theme() });

  grow(height) {
    this.height = Math.min(HEIGHT.most, Math.max(HEIGHT.least, Math.round(height)));
    this.requestUpdate();
  }

  /** One question at a time: another one would change what the agent is about to agree to. */
  ask(question) {
    if (this.question || this.state !== "ready") return;
    this.question = { ...question, at: Date.now() };
  }

  agree = (event) => {
    const { at, run } = this.question;
    if (!event.isTrusted || Date.now() - at < CALM) return;
    this.question = null;
    run();
  };

  render() {
    const { panel } = this;
    if (this.state === "flooded") return html`<ui-error text=${t("{name} was stopped.", { name: panel.title })} .error=${new Error(t("It sent too many messages."))} @retry=${this.begin}></ui-error>`;
    return html`${this.state === "late" ? html`<ui-error text=${t("{name} could not load.", { name: panel.title })} .error=${new Error(t("It took too long to answer."))} @retry=${this.begin}></ui-error>` : nothing}
      <div class="page" .style=${`--frame-h: ${this.height}px`}>${keyed(this.turn, html`<iframe title=${panel.title} sandbox="allow-scripts allow-forms" allow="" referrerpolicy="no-referrer" src=${panel.frame.url}></iframe>`)}</div>
      ${this.question ? this.asking() : nothing}`;
  }

  asking() {
    const { words, what, act } = this.question;
    return html`<div class="ask" role="group" aria-label=${words}><span role="status">${words}</span><bdi class="what">${what}</bdi>
      <div class="acts"><ui-button variant="primary" @click=${this.agree}>${act}</ui-button><ui-button @click=${() => { this.question = null; }}>${t("No")}</ui-button></div></div>`;
  }
}

const theme = () => document.documentElement.dataset.theme ?? (DARK.matches ? "dark" : "light");

/** What a frame may say, and what becomes of it. */
const HEARD = {
  ready: (frame) => frame.introduce(),
  token: (frame) => frame.renew(),
  height: (frame, { height }) => Number.isFinite(height) && frame.grow(height),
  link(frame, { url }) {
    const target = webAddress(url);
    if (target) frame.ask({ words: t("{name} wants to open a page:", { name: frame.panel.title }), what: target.href, act: t("Open it"), run: () => open(target.href, "_blank", "noopener,noreferrer") });
  },
  conversation(frame, { id }) {
    if (UUID.test(id)) frame.ask({ words: t("{name} wants to open another conversation.", { name: frame.panel.title }), what: "", act: t("Open it"), run: () => navigate(`/inbox/${id}`) });
  },
  insert(frame, { text }) {
    const words = typeof text === "string" ? text.slice(0, LONGEST).trim() : "";
    if (words) frame.ask({ words: t("{name} suggests these words:", { name: frame.panel.title }), what: words, act: t("Insert"), run: () => insert(frame, words) });
  },
};

function webAddress(url) {
  const target = typeof url === "string" && url.length < 2000 && URL.canParse(url) ? new URL(url) : null;
  return target && (target.protocol === "https:" || target.protocol === "http:") ? target : null;
}

customElements.define("x-frame", Frame);
