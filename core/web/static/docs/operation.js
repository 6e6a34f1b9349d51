/** <x-api-operation .document .operation>: one operation, whole: what it needs, takes and answers, and as a command. */
import { LitElement, css, html, nothing } from "lit";
import "../elements/copy.js";
import { t } from "../i18n.js";
import { base } from "../styles.js";
import { curl } from "./curl.js";
import { content, schemaName } from "./document.js";
import { code, method } from "./looks.js";
import "./schema.js";
import { inline, json, prose } from "./text.js";

const WORDS = document.documentElement.lang;

class Operation extends LitElement {
  static properties = { document: { attribute: false }, operation: { attribute: false } };
  static styles = [base, method, code, css`
    :host { display: grid; gap: var(--sp-5); align-content: start; max-inline-size: 860px; }
    header { display: grid; gap: var(--sp-2); } h1 { font-size: var(--fs-2xl); font-weight: 650; line-height: 1.25; }
    .path { display: flex; gap: var(--sp-2); align-items: baseline; font-family: ui-monospace, monospace; overflow-wrap: anywhere; min-inline-size: 0; }
    .path span { min-inline-size: 0; }
    .prose { display: grid; gap: var(--sp-2); color: var(--text-2); }
    .facts { display: flex; flex-wrap: wrap; gap: var(--sp-2); }
    .facts li { font-size: var(--fs-preview); background: var(--surface-2); border: 1px solid var(--line); border-radius: var(--r-full); padding: 2px var(--sp-3); }
    section { display: grid; gap: var(--sp-3); min-inline-size: 0; }
    h2 { font-size: var(--fs-lg); font-weight: 650; } h3 { font-size: var(--fs-md); font-weight: 600; display: flex; flex-wrap: wrap; gap: var(--sp-2); align-items: baseline; }
    .parameters li { display: grid; gap: 2px; padding-block: var(--sp-2); border-block-end: 1px solid var(--line); overflow-wrap: anywhere; }
    .parameters li:last-child { border: 0; } .parameters b { font-family: ui-monospace, monospace; }
    .status { font-variant-numeric: tabular-nums; font-weight: 700; } .status.ok { color: var(--ok); } .status.bad { color: var(--bad); } .status.same { color: var(--info); }
    summary { cursor: pointer; min-block-size: 32px; display: flex; flex-wrap: wrap; gap: var(--sp-2); align-items: center; }
    details[open] > summary { margin-block-end: var(--sp-2); }
    .answer { border: 1px solid var(--line); border-radius: var(--r-md); padding: var(--sp-2) var(--sp-3); background: var(--surface); min-inline-size: 0; }
    .needed { color: var(--bad); font-size: var(--fs-sm); font-weight: 600; }
    @media (pointer: coarse) { summary { min-block-size: 44px; } }
  `];

  render() {
    const { operation } = this;
    const parameters = this.document.parameters(operation);
    const body = content(operation.requestBody);
    return html`
      <header><h1 dir="ltr" lang="en">${operation.summary}</h1>
        <div class="path" dir="ltr"><b class="method ${operation.method}">${operation.method.toUpperCase()}</b><span>${operation.path}</span></div></header>
      ${this.facts()}
      ${said(operation) ? html`<div class="prose" dir="ltr" lang="en">${prose(said(operation))}</div>` : nothing}
      ${this.example(curl(operation, parameters, body))}
      ${parameters.length ? this.parameters(parameters) : nothing}
      ${body ? html`<section><h2>${t("Body")}</h2>${this.body(body)}</section>` : nothing}
      <section><h2>${t("Answers")}</h2>${this.document.answers(operation).map(([status, answer]) => this.answer(status, answer))}</section>`;
  }

  facts() {
    const { "x-permission": permission, "x-limit": limit, "x-person": person, security } = this.operation;
    return html`<ul class="facts">
      <li>${security?.length ? t("For known callers") : t("For everybody")}</li>
      ${permission ? html`<li>${t("Needs")} <code dir="ltr">${permission}</code></li>` : nothing}
      ${person ? html`<li>${t("For people, not for API keys")}</li>` : nothing}
      ${limit ? html`<li>${t("Limit")} <code dir="ltr">${limit}</code></li>` : nothing}</ul>`;
  }

  example(command) {
    return html`<section><h2>${t("Example")}</h2>
      <div class="code"><pre dir="ltr" tabindex="0" role="group" aria-label=${t("Example")}>${command}</pre><ui-copy .text=${command}></ui-copy></div></section>`;
  }

  parameters(parameters) {
    return html`<section><h2>${t("Parameters")}</h2><ul class="parameters" dir="ltr" lang="en">${parameters.map((one) => html`
      <li><span><b>${one.name}</b> <span class="muted">${one.in}</span> ${one.required ? html`<span class="needed" lang=${WORDS}>${t("required")}</span>` : nothing}</span>
        ${one.description ? html`<span>${inline(one.description)}</span>` : nothing}
        <span class="muted">${shape(one.schema)}</span></li>`)}</ul></section>`;
  }

  body({ type, example, schema }) {
    const shown = example === undefined ? nothing
      : html`<div class="code"><pre dir="ltr" tabindex="0" role="group" aria-label=${t("Example")}>${json(example)}</pre><ui-copy .text=${JSON.stringify(example, null, 2)}></ui-copy></div>`;
    const fields = schema && this.document.resolve(schema).properties;
    return html`<p class="muted" dir="ltr">${[type, schemaName(schema)].filter(Boolean).join(" · ")}</p>${shown}
      ${fields ? html`<details><summary>${t("Its fields")}</summary><x-api-schema .document=${this.document} .schema=${schema}></x-api-schema></details>` : nothing}`;
  }

  answer(status, answer) {
    const part = content(answer);
    const kind = status < 300 ? "ok" : status < 400 ? "same" : "bad";
    const head = html`<span class="status ${kind}">${status}</span><span dir="ltr" lang="en">${answer.description}</span>`;
    if (!part) return html`<div class="answer"><h3>${head}</h3></div>`;
    return html`<details class="answer" ?open=${status < 300}><summary>${head}</summary>${this.body(part)}</details>`;
  }
}

/** Its description without what the facts say already. */
const said = ({ description = "" }) => description.replace(/(^|\n\n)(Needs `[^`]+`\.|For people: an API key gets 403\.)/g, "").trim();

function shape(schema = {}) {
  const one = schema.anyOf?.find((part) => part.type !== "null") ?? schema;
  const parts = [one.enum?.join(" | ") ?? one.type, one.format, schema.default !== undefined && schema.default !== null && `default ${schema.default}`,
    one.minimum !== undefined && `≥ ${one.minimum}`, one.maximum !== undefined && `≤ ${one.maximum}`];
  return parts.filter(Boolean).join(" · ");
}

customElements.define("x-api-operation", Operation);
