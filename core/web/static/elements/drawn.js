import { LitElement, html } from "lit";
import { drawn, mount, report } from "../plugins.js";
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
    if (!this.element && !broken.has(this.piece)) this.load();
  }

  async load() {
    try {
      const element = await mount(this.piece, this.ctx);
      this.element = element;
      await this.updateComplete;
      await drawn(element);
    } catch (error) {
      const { plugin, type } = this.piece;
      console.warn(`renderer ${plugin}.${type}`, error);
      broken.add(this.piece);
      report({ plugin, name: type }, error);
      this.element = null;
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
