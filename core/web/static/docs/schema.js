/** <x-api-schema .document .schema>: the fields of an object, each with its type; nested ones unfold. */
import { LitElement, css, html, nothing } from "lit";
import { t } from "../i18n.js";
import { base } from "../styles.js";
import { schemaName } from "./document.js";
import { inline } from "./text.js";

const BOUNDS = ["minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems", "pattern", "default"];

class Schema extends LitElement {
  static properties = { document: { attribute: false }, schema: { attribute: false } };
  static styles = [base, css`
    .about { color: var(--text-2); font-size: var(--fs-preview); margin-block-end: var(--sp-2); }
    li { border-block-end: 1px solid var(--line); padding-block: var(--sp-2); display: grid; gap: 2px; }
    li:last-child { border: 0; }
    code { font-family: ui-monospace, monospace; font-size: var(--fs-preview); } .name { font-weight: 650; }
    .type { color: var(--info); } .needed { color: var(--bad); font-size: var(--fs-sm); font-weight: 600; }
    .head { display: flex; flex-wrap: wrap; gap: 0 var(--sp-2); align-items: baseline; overflow-wrap: anywhere; }
    .bounds { color: var(--text-3); font-size: var(--fs-sm); overflow-wrap: anywhere; }
    summary { cursor: pointer; color: var(--accent); font-size: var(--fs-sm); padding-block: 2px; inline-size: fit-content; }
    details > x-api-schema { border-inline-start: 2px solid var(--line); padding-inline-start: var(--sp-3); margin-block-start: var(--sp-1); }
  `];

  render() {
    const whole = this.document.resolve(this.schema) ?? {};
    const needed = new Set(whole.required);
    return html`<div dir="ltr" lang="en">
      ${whole.description ? html`<p class="about">${inline(whole.description)}</p>` : nothing}
      <ul>${Object.entries(whole.properties ?? {}).map(([name, field]) => this.field(name, field, needed.has(name)))}</ul></div>`;
  }

  field(name, field, needed) {
    const inner = this.inner(field);
    return html`<li>
      <div class="head"><code class="name">${name}</code><code class="type">${this.type(field)}</code>${
        needed ? html`<span class="needed" lang=${document.documentElement.lang}>${t("required")}</span>` : nothing}</div>
      ${bounds(field)}
      ${inner ? html`<details @toggle=${(event) => { event.target.opened = event.target.open; this.requestUpdate(); }}>
        <summary lang=${document.documentElement.lang}>${t("Its fields")}</summary>
        <x-api-schema .document=${this.document} .schema=${inner}></x-api-schema></details>` : nothing}
    </li>`;
  }

  /** Of what objects a field is made, if of any. */
  inner(field) {
    const parts = [field, field.items, ...(field.anyOf ?? []), ...(field.anyOf ?? []).map((one) => one.items)].filter(Boolean);
    return parts.find((part) => this.document.resolve(part).properties);
  }

  type(field) {
    if (field.$ref) return schemaName(field);
    if (field.anyOf) return field.anyOf.map((one) => this.type(one)).join(" | ");
    if (field.enum) return field.enum.map((one) => JSON.stringify(one)).join(" | ");
    if (field.const !== undefined) return JSON.stringify(field.const);
    if (field.type === "array") return `[${field.items ? this.type(field.items) : ""}]`;
    return [field.type ?? "any", field.format && `(${field.format})`].filter(Boolean).join(" ");
  }
}

function bounds(field) {
  const known = [field, ...(field.anyOf ?? [])].flatMap((one) => BOUNDS.filter((name) => one[name] !== undefined && one[name] !== null)
    .map((name) => `${name} ${JSON.stringify(one[name])}`));
  const said = [...new Set(known)].join(" · ");
  return field.description || said
    ? html`<span class="bounds">${field.description ? inline(field.description) : nothing} ${said}</span>` : nothing;
}

customElements.define("x-api-schema", Schema);
