import { LitElement, html } from "lit";
import { Unreachable } from "../api.js";
import { drawn, mount, report } from "../plugins.js";
import { onLive } from "../replica.js";
import { base } from "../styles.js";

const broken = new Set(); // what failed once would fail in every bubble

/**
 * <ui-drawn .piece=${renderer} .ctx=${{ conversation, contact, message }}>the kernel's own drawing</ui-drawn>: a plugin
 * draws what stands here. Until it has, and when it cannot, one sees what is between the tags.
 */
class Drawn extends LitElement {
  static properties = { piece: { attribute: false }, ctx: { attribute: false }, element: { state: true } };
  static styles = [base];

  connectedCallback() {
    super.connectedCallback();
    this.unlisten = onLive(() => this.waits && this.load());
    if (!this.element && !broken.has(this.piece)) this.load();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.unlisten();
  }

  async load() {
    this.waits = false;
    try {
      const element = await mount(this.piece, this.ctx);
      this.element = element;
      await this.updateComplete;
      await drawn(element);
    } catch (error) {
      const { plugin, type } = this.piece;
      console.warn(`renderer ${plugin}.${type}`, error);
      this.element = null;
      this.waits = error instanceof Unreachable;
      if (this.waits) return;
      broken.add(this.piece);
      report({ plugin, name: type }, error);
    }
  }

  willUpdate(changed) {
    if (changed.has("ctx") && this.element) this.element.ctx = Object.freeze({ ...this.element.ctx, ...this.ctx });
  }

  render() {
    return this.element ?? html`<slot></slot>`;
  }
}

customElements.define("ui-drawn", Drawn);
