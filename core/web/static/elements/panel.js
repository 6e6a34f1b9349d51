import { LitElement, css, html, nothing } from "lit";
import { ApiError, Unreachable } from "../api.js";
import { bring } from "../bring.js";
import { icon } from "../icons.js";
import { t } from "../i18n.js";
import { BUDGET, drawn, lateness, listen, mount, report } from "../plugins.js";
import { onLive } from "../replica.js";
import { base } from "../styles.js";

/** How each kind of panel is drawn: the first that the panel names. Another kind of drawing joins this list. */
export const DRAWINGS = {
  element: (frame) => frame.element ?? frame.waiting(),
  fragment: (frame) => html`<ui-fragment ?bare=${frame.bare} budget=${BUDGET} src=${frame.path("fragments", frame.panel.fragment)}
    @load=${frame.loaded} @failed=${frame.failed}></ui-fragment>`,
  data: (frame) => html`<ui-figure kind=${frame.panel.kind} src=${frame.path("data", frame.panel.data)} budget=${BUDGET}
    @load=${frame.loaded} @failed=${frame.failed}></ui-figure>`,
  frame: (frame) => html`<x-frame .panel=${frame.panel} .ctx=${frame.ctx}></x-frame>`,
};

/**
 * One panel behind its own wall: slow, broken or absent, it takes nothing else with it. What nobody has seen yet is not
 * asked for.
 */
class PanelFrame extends LitElement {
  static properties = { panel: { attribute: false }, ctx: { attribute: false }, bare: { type: Boolean, reflect: true }, error: { state: true }, element: { state: true }, seen: { state: true } };
  static styles = [base, css`
    :host([bare]) { display: grid; grid-template-columns: minmax(0, 1fr); }
    :host([bare]:not([empty])) { padding: var(--panel-pad, 0); }
    :host([bare]) ui-error { margin: 0; }
    :host([empty]) { block-size: 0; overflow: hidden; }
  `];

  connectedCallback() {
    super.connectedCallback();
    this.toggleAttribute("empty", Boolean(this.bare));
    this.watch = new IntersectionObserver((found) => found.some(({ isIntersecting }) => isIntersecting) && this.begin());
    this.watch.observe(this);
    const stops = [listen(this.panel, () => this.drawing?.load?.()), onLive(() => this.error instanceof Unreachable && this.load())];
    this.unlisten = () => stops.forEach((stop) => stop());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.watch.disconnect();
    this.unlisten();
  }

  begin() {
    this.watch.disconnect();
    this.seen = true;
    if ((this.panel.element && !this.element) || this.panel.frame) this.load();
  }

  get drawing() {
    return this.renderRoot.querySelector("ui-fragment, ui-figure");
  }

  async load() {
    this.error = null;
    try {
      if (this.panel.frame) await bring(import.meta, "../frame.js"); // few installs show a page of another server's
      if (!this.panel.element) return;
      this.element = await mount(this.panel, this.ctx);
      this.removeAttribute("empty");
      await this.updateComplete;
      await drawn(this.element);
    } catch (error) {
      this.broke(error);
    }
  }

  broke(error) {
    console.warn(`panel ${this.panel.plugin}.${this.panel.name}`, error);
    if (!(error instanceof Unreachable)) report(this.panel, error);
    Object.assign(this, { element: null, error });
    this.removeAttribute("empty");
  }

  loaded = ({ target }) => this.toggleAttribute("empty", Boolean(this.bare && target.empty));

  /** What the server said of a request is known to the operator; what never came, or could not be drawn, is not. */
  failed = ({ detail }) => {
    const error = lateness(detail);
    if (!(error instanceof ApiError || error instanceof Unreachable)) return this.broke(error);
    this.error = error;
    return this.removeAttribute("empty");
  };

  willUpdate(changed) {
    if (changed.has("ctx") && this.element) this.element.ctx = Object.freeze({ ...this.element.ctx, ...this.ctx });
  }

  waiting() {
    return this.bare ? nothing : html`<ui-skeleton rows="1"></ui-skeleton>`;
  }

  /** Among the entries of the rail there is room for a sign of it. */
  small() {
    const words = t("{name} could not load.", { name: this.panel.title });
    return html`<button class="ib" aria-label=${`${words} ${t("Retry")}`} title=${`${words} ${this.error.message}`} @click=${this.load}>${icon("circle-alert")}</button>`;
  }

  path(folder, name) {
    const { conversation, contact, message } = this.ctx ?? {};
    const about = Object.entries({ conversation, contact, message }).filter(([, one]) => one?.id).map(([key, { id }]) => [key, id]);
    const query = about.length ? `?${new URLSearchParams(about)}` : "";
    return `/api/v1/p/${this.panel.plugin}/${folder}/${name}${query}`;
  }

  render() {
    if (this.error && this.panel.slot === "rail") return this.small();
    if (this.error) return html`<ui-error text=${t("{name} could not load.", { name: this.panel.title })} .error=${this.error} @retry=${this.load}></ui-error>`;
    if (!this.seen) return this.waiting();
    const [, draw] = Object.entries(DRAWINGS).find(([kind]) => this.panel[kind]) ?? [];
    return draw?.(this) ?? nothing;
  }
}

customElements.define("ui-panel", PanelFrame);
