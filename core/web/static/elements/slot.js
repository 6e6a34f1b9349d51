import { LitElement, css, html } from "lit";
import { keyed } from "lit/directives/keyed.js";
import { ledger, socket, topics } from "../replica.js";
import { bootstrap } from "../session.js";
import { t } from "../i18n.js";
import { drawn, mount, report } from "../plugins.js";
import { base } from "../styles.js";

/** <ui-slot name="conversation.detail" .ctx=${{ conversation, contact }}>: the panels that plugins put here. */
class Slot extends LitElement {
  static properties = { name: {}, ctx: { attribute: false } };
  static styles = [base, css`
    details { border-block-end: 1px solid var(--line); }
    summary { display: flex; align-items: center; padding: var(--sp-4) var(--sp-4) var(--sp-2); font-size: var(--fs-sm); font-weight: 600; color: var(--text-2); cursor: pointer; list-style: none; }
    summary::-webkit-details-marker { display: none; }
    .in { padding: 0 var(--sp-4) var(--sp-4); }
  `];
  render() {
    const panels = bootstrap.ui.panels.filter((panel) => panel.slot === this.name && suits(panel.when, this.ctx));
    return panels.map((panel) => html`<details ?open=${!panel.collapsed}><summary>${panel.title}</summary>
      <div class="in">${keyed(subject(this.ctx), html`<ui-panel .panel=${panel} .ctx=${this.ctx}></ui-panel>`)}</div></details>`);
  }
}

/** {"contact.has": "phone"}: shown only for contacts with a phone. */
const suits = (when, ctx) => Object.entries(when ?? {}).every(([test, field]) => test !== "contact.has" || Boolean(ctx?.contact?.[field]));
const subject = (ctx) => `${ctx?.conversation?.id}/${ctx?.contact?.id}`;

const SETTLE = 150; // ms

/** One panel behind its own wall: slow, broken or absent, it takes nothing else with it. */
class PanelFrame extends LitElement {
  static properties = { panel: { attribute: false }, ctx: { attribute: false }, error: { state: true }, element: { state: true } };
  static styles = [base];

  connectedCallback() {
    super.connectedCallback();
    if (this.panel.element) this.load();
    this.unlisten = this.listen(this.panel.refresh_on ?? []);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
    this.unlisten();
  }

  /** A fragment is asked for again after the events and topics it names; a burst of them asks once. */
  listen(names) {
    const again = () => { clearTimeout(this.timer); this.timer = setTimeout(() => this.renderRoot.querySelector("ui-fragment")?.load(), SETTLE); };
    const heard = names.map((name) => { topics.addEventListener(name, again); return () => topics.removeEventListener(name, again); });
    // The events of the log are named noun.verb by the kernel; what starts with the plugin's name is its own topic.
    for (const name of names) if (name.startsWith(`${this.panel.plugin}.`)) socket.subscribe(name);
    heard.push(ledger.onEvent((event) => names.includes(event.type) && again()));
    return () => heard.forEach((stop) => stop());
  }

  async load() {
    this.error = null;
    try {
      this.element = await mount(this.panel, this.ctx);
      await this.updateComplete;
      await drawn(this.element);
    } catch (error) {
      console.warn(`panel ${this.panel.plugin}.${this.panel.name}`, error);
      report(this.panel, error);
      this.element = null;
      this.error = error;
    }
  }

  willUpdate(changed) {
    if (changed.has("ctx") && this.element) this.element.ctx = Object.freeze({ ...this.ctx });
  }

  render() {
    const { panel } = this;
    if (this.error) return html`<ui-error text=${t("{name} could not load.", { name: panel.title })} .error=${this.error} @retry=${this.load}></ui-error>`;
    if (!panel.fragment) return this.element ?? html`<ui-skeleton rows="1"></ui-skeleton>`;
    const query = new URLSearchParams({ conversation: this.ctx?.conversation?.id ?? "", contact: this.ctx?.contact?.id ?? "" });
    return html`<ui-fragment src=${`/api/v1/p/${panel.plugin}/fragments/${panel.fragment}?${query}`}></ui-fragment>`;
  }
}

customElements.define("ui-panel", PanelFrame);
customElements.define("ui-slot", Slot);
