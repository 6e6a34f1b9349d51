import { css, html, nothing } from "lit";
import { Panel, bootstrap, define, get, t } from "@comptoir/sdk";

/** Answers that plugins suggest to the customer's last words. Choosing one writes it into the composer; nothing is sent. */
class Suggestions extends Panel {
  static properties = { conversationId: {}, since: {}, items: { state: true } };
  static styles = [...Panel.styles, css`
    .row { display: flex; gap: var(--sp-2); overflow-x: auto; padding-block-end: var(--sp-2); scrollbar-width: thin; }
    button { flex: none; max-inline-size: 280px; min-block-size: 32px; padding: 4px 12px; border: 1px solid var(--line-strong); border-radius: var(--r-full); background: var(--surface); font-size: var(--fs-preview); }
    button:hover { background: var(--accent-soft); }
    @media (max-width: 760px) { button { min-block-size: 44px; } }
  `];

  willUpdate(changed) {
    if (changed.has("conversationId") || changed.has("since")) this.ask();
  }

  async ask() {
    const { conversationId, since } = this;
    this.items = [];
    if (!since || !bootstrap.ui?.provides?.includes("suggestions")) return;
    // Best effort: whoever suggests nothing, late or at all, is no trouble of the agent's.
    const told = await get(`/api/v1/conversations/${conversationId}/suggestions`).catch(() => ({ items: [] }));
    if (conversationId === this.conversationId && since === this.since) this.items = told.items;
  }

  render() {
    if (!this.items?.length) return nothing;
    return html`<div class="row" role="group" aria-label=${t("Suggested answers")}>${this.items.map((one) => html`
      <button class="cut" dir="auto" title=${one.why || nothing} @click=${() => this.take(one)}>${one.body}</button>`)}</div>`;
  }

  take(one) {
    this.items = this.items.filter((other) => other !== one);
    this.dispatchEvent(new CustomEvent("take", { detail: one.body }));
  }
}

define("inbox-suggestions", Suggestions);
