import { LitElement, css, html, nothing } from "lit";
import { ApiError } from "../api.js";
import { icon } from "../icons.js";
import { t } from "../i18n.js";
import { base } from "../styles.js";

/** <ui-empty icon="inbox" text="No unassigned conversations. Nice.">the one action</ui-empty> */
class Empty extends LitElement {
  static properties = { icon: {}, text: {} };
  static styles = [base, css`
    :host { display: grid; place-content: center; justify-items: center; gap: var(--sp-3); padding: var(--sp-6) var(--sp-5); text-align: center; color: var(--text-2); }
    .disc { inline-size: 56px; block-size: 56px; border-radius: 50%; display: grid; place-items: center; background: var(--surface-2); color: var(--text-3); }
    p { max-inline-size: 34ch; }
  `];
  render() {
    return html`<span class="disc">${icon(this.icon ?? "inbox")}</span><p>${this.text}</p><slot></slot>`;
  }
}

/** <ui-error text="The list could not be loaded." .error=${error} @retry=${…}>: what failed, why, and Retry. */
class Failure extends LitElement {
  static properties = { text: {}, error: { attribute: false } };
  static styles = [base, css`
    :host { display: grid; gap: var(--sp-2); justify-items: start; padding: var(--sp-4); margin: var(--sp-3); border: 1px solid var(--line); border-radius: var(--r-md); background: var(--surface); }
    .head { display: flex; gap: var(--sp-2); align-items: center; color: var(--bad); font-weight: 600; }
    .why { color: var(--text-2); font-size: var(--fs-preview); overflow-wrap: anywhere; }
  `];
  render() {
    const { error } = this;
    const code = error instanceof ApiError ? `${error.kind} · ${error.status}` : nothing;
    return html`<div role="alert"><div class="head">${icon("circle-alert")}<span>${this.text}</span></div></div>
      ${error ? html`<p class="why">${error.message} <span class="muted" dir="ltr">${code}</span></p>` : nothing}
      <ui-button icon="rotate-cw" @click=${() => this.dispatchEvent(new Event("retry"))}>${t("Retry")}</ui-button>`;
  }
}

/** <ui-skeleton rows="8"></ui-skeleton>: the geometry of what is coming, shown only when it is slow. */
class Skeleton extends LitElement {
  static properties = { rows: { type: Number }, shape: {} };
  static styles = [base, css`
    :host { padding: 0 var(--sp-4); animation: late 0s 150ms both; }
    @keyframes late { from { visibility: hidden; } }
    .row { display: grid; grid-template: 1fr 1fr / 40px 1fr; gap: 6px var(--sp-3); block-size: var(--row-h); padding-block: 14px; align-items: center; }
    i { grid-row: 1 / 3; inline-size: 40px; block-size: 40px; border-radius: 50%; background: var(--surface-2); }
    b { block-size: 10px; border-radius: var(--r-sm); background: var(--surface-2); inline-size: 55%; } b + b { inline-size: 85%; }
    .bubble { display: block; block-size: 44px; inline-size: 46%; margin-block: 10px; border-radius: var(--r-lg); background: var(--surface); } .bubble:nth-child(3n) { margin-inline-start: auto; inline-size: 38%; }
  `];
  render() {
    const row = this.shape === "thread" ? html`<span class="bubble"></span>` : html`<div class="row"><i></i><b></b><b></b></div>`;
    return html`<div aria-hidden="true">${Array.from({ length: this.rows ?? 6 }, () => row)}</div><span class="sr" role="status">${t("Loading…")}</span>`;
  }
}

customElements.define("ui-empty", Empty);
customElements.define("ui-error", Failure);
customElements.define("ui-skeleton", Skeleton);
