import { css, html, nothing } from "lit";
import { Panel, define, fmt, icon, t } from "@comptoir/sdk";
import { actionWords, fieldWords, kindWords, valueWords } from "./audit-words.js";

const PICTURES = { api_key: "key-round", plugin: "puzzle", operator: "code", system: "server", stranger: "circle-help" };

/** One entry of the audit log: a line, and what exactly changed when it is opened. */
class AuditEntry extends Panel {
  static properties = { entry: { attribute: false } };
  static styles = [...Panel.styles, css`
    :host + *, :host(:not(:first-of-type)) { border-block-start: 1px solid var(--line); }
    summary { display: grid; grid-template-columns: 28px minmax(0, 1fr) auto 16px; gap: 2px var(--sp-3); align-items: center; padding: var(--sp-3) var(--sp-4); cursor: pointer; list-style: none; }
    summary::-webkit-details-marker { display: none; } summary:hover { background: var(--surface-2); } summary:focus-visible { box-shadow: inset 0 0 0 2px var(--accent); }
    .disc { inline-size: 28px; block-size: 28px; border-radius: 50%; background: var(--surface-2); display: grid; place-items: center; color: var(--text-3); }
    .what { min-inline-size: 0; overflow-wrap: anywhere; } .who { font-weight: 550; } .deed { color: var(--text-2); }
    time { color: var(--text-3); font-size: var(--fs-sm); font-variant-numeric: tabular-nums; }
    .fold { color: var(--text-3); transition: rotate var(--motion); } details[open] .fold { rotate: 180deg; }
    .in { padding: 0 var(--sp-4) var(--sp-4); padding-inline-start: calc(28px + var(--sp-3) + var(--sp-4)); display: grid; gap: var(--sp-3); }
    .diff { inline-size: 100%; border-collapse: collapse; font-size: var(--fs-preview); table-layout: fixed; } .diff th, .diff td { text-align: start; vertical-align: top; padding: 6px var(--sp-3) 6px 0; padding-inline: 0 var(--sp-3); padding-block: 6px; border-block-end: 1px solid var(--line); overflow-wrap: anywhere; } .diff th { color: var(--text-3); font-weight: 550; }
    .before { color: var(--bad); } .after { color: var(--ok); } .facts { display: flex; flex-wrap: wrap; gap: 2px var(--sp-4); color: var(--text-3); font-size: var(--fs-sm); }
    @media (max-width: 760px) { .in { padding-inline-start: var(--sp-4); } }
  `];

  render() {
    const { actor, subject, action, at } = this.entry;
    return html`<details><summary>
        ${actor.kind === "member" ? html`<ui-avatar size="small" name=${actor.name ?? "?"}></ui-avatar>` : html`<span class="disc">${icon(PICTURES[actor.kind] ?? "circle-help", "small")}</span>`}
        <span class="what"><span class="who"><bdi>${nameOf(actor)}</bdi></span> <span class="deed">${actionWords(action)}</span>${subject.name ? html` · <bdi>${subject.name}</bdi>` : nothing}</span>
        <time datetime=${at} title=${fmt.moment(at)}>${fmt.time(at)}</time><span class="fold">${icon("chevron-down", "small")}</span>
      </summary>${this.inside()}</details>`;
  }

  inside() {
    const { n, subject, ip, request_id: request, changes } = this.entry;
    const rows = Object.entries(changes);
    return html`<div class="in">
      ${rows.length ? html`<table class="diff"><thead><tr><th scope="col">${t("Field")}</th><th scope="col">${t("Before")}</th><th scope="col">${t("After")}</th></tr></thead>
        <tbody>${rows.map(([field, change]) => this.change(field, change))}</tbody></table>` : nothing}
      <p class="facts"><span>${t("Entry {n}", { n: fmt.number(n) })}</span><span>${fmt.moment(this.entry.at)}</span>
        <span>${kindWords(subject.kind)}${subject.id ? html` <bdi dir="ltr">${subject.id}</bdi>` : nothing}</span>
        ${ip ? html`<span>${t("Address")} <bdi dir="ltr">${ip}</bdi></span>` : nothing}${request ? html`<span>${t("Request")} <bdi dir="ltr">${request}</bdi></span>` : nothing}</p></div>`;
  }

  /** A customer's fields are named without their values, so that the log can outlive the person. */
  change(field, change) {
    const [before, after] = Array.isArray(change) && change.length === 2 ? change : [null, change];
    const hidden = before === null && after === null;
    return html`<tr><th scope="row" dir="auto">${fieldWords(field)}</th>
      ${hidden ? html`<td colspan="2" class="muted">${t("Changed; the value is not kept here.")}</td>`
        : html`<td class="before" dir="auto">${valueWords(before)}</td><td class="after" dir="auto">${valueWords(after)}</td>`}</tr>`;
  }
}

function nameOf({ kind, name }) {
  if (name) return name;
  const words = { member: t("A former member"), api_key: t("A removed API key"), operator: t("The operator"), system: t("Comptoir"), stranger: t("Somebody not logged in") };
  return words[kind] ?? kind;
}

define("settings-audit-entry", AuditEntry);
