import { css, html, nothing } from "lit";
import { Panel, define, icon, t, tn } from "@comptoir/sdk";

const PICTURES = { ok: "circle-check", warning: "triangle-alert", failed: "circle-alert", unknown: "circle-help" };
const ORDER = ["failed", "unknown", "warning", "ok"];

/** <settings-findings .findings=${[…]} @subscribe=${…}>: what the doctor found, the worst first, each with its cure. */
class Findings extends Panel {
  static properties = { findings: { attribute: false }, busy: { type: Boolean } };
  static styles = [...Panel.styles, css`
    .verdict { font-weight: 600; margin-block-end: var(--sp-2); }
    li { display: grid; grid-template-columns: 20px minmax(0, 1fr); gap: 2px var(--sp-3); padding-block: var(--sp-3); border-block-start: 1px solid var(--line); } li > * { grid-column: 2; } li > .icon { grid-column: 1; grid-row: 1; margin-block-start: .1em; }
    .title { font-weight: 550; overflow-wrap: anywhere; } .detail { color: var(--text-2); font-size: var(--fs-preview); overflow-wrap: anywhere; } .cure { font-size: var(--fs-preview); overflow-wrap: anywhere; margin-block-start: var(--sp-1); } .cure b { font-weight: 600; } ui-button { justify-self: start; margin-block-start: var(--sp-2); }
    .ok > .icon { color: var(--ok); } .warning > .icon { color: var(--warn); } .failed > .icon { color: var(--bad); } .unknown > .icon { color: var(--text-3); }
  `];

  render() {
    const sorted = [...(this.findings ?? [])].sort((one, other) => ORDER.indexOf(one.state) - ORDER.indexOf(other.state));
    const failed = sorted.filter(({ state }) => state === "failed").length;
    return html`<p class="verdict" role="status">${failed ? tn("{n} thing must be cured before messages can flow.", "{n} things must be cured before messages can flow.", failed) : t("All that matters is in order.")}</p>
      <ul>${sorted.map((finding) => this.finding(finding))}</ul>`;
  }

  finding({ state, title, detail, cure, act }) {
    const states = { ok: t("Good"), warning: t("Look at this"), failed: t("Must be cured"), unknown: t("Not known") };
    return html`<li class=${state}>${icon(PICTURES[state])}<div class="title"><span class="sr">${states[state]}: </span><span dir="auto">${title}</span></div>
      ${detail ? html`<p class="detail" dir="auto">${detail}</p>` : nothing}${cure ? html`<p class="cure" dir="auto"><b>${t("What to do:")}</b> ${cure}</p>` : nothing}
      ${act === "subscribe" ? html`<ui-button icon="plug" ?busy=${this.busy} @click=${() => this.dispatchEvent(new Event("subscribe"))}>${t("Do it for me")}</ui-button>` : nothing}</li>`;
  }
}

define("settings-findings", Findings);
