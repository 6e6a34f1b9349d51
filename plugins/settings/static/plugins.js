import { css, html, nothing } from "lit";
import { Panel, carryOut, define, fmt, get, patch, t, toast } from "@comptoir/sdk";
import { Form } from "@comptoir/sdk/form.js";
import { Load } from "@comptoir/sdk/load.js";
import "@comptoir/sdk/elements/card.js";
import "@comptoir/sdk/elements/check.js";
import "@comptoir/sdk/elements/notice.js";
import { page, parts } from "./styles.js";

/** Settings of the plugins that the organisation has: one card each, made from what the plugin declares. */
class Plugins extends Panel {
  static styles = [...Panel.styles, page, parts];

  load = new Load(this, () => get("/api/v1/plugin-settings").then(({ items }) => items));

  render() {
    return this.load.show((items) => (items.length ? items.map((one) => html`<settings-plugin .told=${one}></settings-plugin>`)
      : html`<ui-empty icon="puzzle" text=${t("None of your plugins has settings.")}></ui-empty>`), { failed: t("The settings of the plugins could not be loaded."), rows: 4 });
  }
}

/** What a control works with, and back: lists are lines, numbers are written. */
const shown = ({ kind, value }) => {
  if (kind === "secret") return "";
  if (kind === "boolean") return Boolean(value);
  if (kind === "list") return (value ?? []).join("\n");
  return value === null || value === undefined ? "" : String(value);
};

const meant = ({ kind }, value) => {
  if (kind === "boolean") return value;
  const words = value.trim();
  if (kind === "list") return words.split("\n").map((line) => line.trim()).filter(Boolean);
  if (!words) return null; // the default again
  if (kind === "integer" || kind === "number") return Number.isNaN(Number(words)) ? words : Number(words);
  return kind === "lines" || kind === "secret" ? value : words;
};

class PluginForm extends Panel {
  static properties = { told: { attribute: false } };
  static styles = [...Panel.styles, page, parts, css`
    :host { padding: 0; max-inline-size: none; margin-block-end: var(--sp-4); }
    .file { margin-block-end: var(--sp-3); } .file b { display: block; font-size: var(--fs-preview); font-weight: 550; } .file code { display: block; overflow-wrap: anywhere; white-space: pre-wrap; background: var(--surface-2); border-radius: var(--r-md); padding: 8px 12px; margin-block: var(--sp-1); font: inherit; }
    .secret { display: flex; gap: var(--sp-2); align-items: start; } .secret ui-field { flex: 1; } .secret ui-button { margin-block-start: calc(var(--fs-preview) * var(--lh) + 6px); }
    @media (max-width: 760px) { .secret { display: block; } .secret ui-button { margin-block: 0 var(--sp-3); } }
  `];

  form = new Form(this, {
    save: (changes) => this.send(Object.fromEntries(Object.entries(changes).map(([name, value]) => [name, meant(this.field(name), value)]))),
    saved: (told) => this.took(told),
  });

  connectedCallback() {
    super.connectedCallback();
    this.form.start(this.values);
  }

  get values() {
    return Object.fromEntries(this.told.fields.filter(({ source }) => source !== "file").map((field) => [field.name, shown(field)]));
  }

  field(name) {
    return this.told.fields.find((field) => field.name === name);
  }

  send(values) {
    return patch(`/api/v1/plugin-settings/${this.told.plugin}`, { values });
  }

  took(told) {
    this.told = told;
    this.form.start(this.values);
    toast({ text: t("Saved.") });
  }

  async forget(name) {
    try {
      this.took(await this.send({ [name]: null }));
    } catch (error) {
      toast({ text: t("Not saved: {reason}", { reason: error.message }) });
    }
  }

  render() {
    const { told, form } = this;
    return html`<form novalidate @submit=${form.submit} @input=${form.typed}><ui-card heading=${told.title} text=${told.why_off ? nothing : ""}>
      ${told.why_off ? html`<ui-notice tone="warn">${t("This plugin does not run yet: {reason}", { reason: told.why_off })}</ui-notice>` : nothing}${form.notice()}
      ${told.fields.map((field) => this.control(field))}
      <div class="acts"><ui-button variant="primary" type="submit" ?busy=${form.busy} ?disabled=${!form.dirty}>${t("Save")}</ui-button>
        ${form.dirty ? html`<ui-button @click=${() => form.discard()}>${t("Discard changes")}</ui-button>` : nothing}
        ${told.test && !told.why_off ? html`<span class="push"></span><ui-button icon="plug" ?disabled=${form.dirty} @click=${() => this.test()}>${t("Test")}</ui-button>` : nothing}</div></ui-card></form>`;
  }

  test() {
    carryOut({ plugin: this.told.plugin, post: this.told.test, title: t("Test") });
  }

  control(field) {
    const { name, label, kind } = field;
    if (field.source === "file") return pinned(field);
    const value = this.form.values[name];
    const error = this.form.errors[name] ?? "";
    if (kind === "boolean") return html`<ui-check name=${name} label=${label} hint=${field.hint || nothing} .checked=${value} .error=${error}></ui-check>`;
    if (kind === "secret") return this.secret(field, value, error);
    if (kind === "choice") return html`<ui-field name=${name} label=${label} hint=${field.hint || nothing} .options=${choices(field)} .value=${value} .error=${error}></ui-field>`;
    const type = { lines: "textarea", list: "textarea", date: "date" }[kind] ?? "text";
    const numeric = kind === "integer" || kind === "number";
    return html`<ui-field name=${name} label=${label} hint=${hint(field) || nothing} type=${type} inputmode=${numeric ? "decimal" : nothing} ?ltr=${numeric} .value=${value} .error=${error}></ui-field>`;
  }

  secret({ name, label, hint: said, set }, value, error) {
    const words = set ? t("A value is kept. Write another to replace it; it is never shown.") : said || t("Kept encrypted, and never shown again.");
    return html`<div class="secret"><ui-field name=${name} label=${label} type="password" autocomplete="new-password" placeholder=${set ? "••••••••" : nothing} hint=${words} .value=${value} .error=${error}></ui-field>
      ${set ? html`<ui-button icon="trash-2" @click=${() => this.forget(name)}>${t("Forget")}</ui-button>` : nothing}</div>`;
  }
}

const choices = ({ options, required, default: usual }) => [...(required || options.includes(usual) ? [] : [["", "–"]]), ...options.map((one) => [String(one), String(one)])];

function hint({ kind, hint: said, minimum, maximum }) {
  const limits = minimum !== null && maximum !== null ? t("From {least} to {most}.", { least: fmt.number(minimum), most: fmt.number(maximum) })
    : minimum !== null ? t("At least {least}.", { least: fmt.number(minimum) }) : maximum !== null ? t("At most {most}.", { most: fmt.number(maximum) }) : "";
  return [said, limits, kind === "list" ? t("One on each line.") : ""].filter(Boolean).join(" ");
}

/** Shown, so that nobody wonders; changed where it is written. */
function pinned({ label, kind, value, set }) {
  const words = kind === "secret" ? (set ? "••••••••" : "–") : value === null || value === undefined ? "–" : typeof value === "object" ? JSON.stringify(value) : String(value);
  return html`<div class="file"><b>${label}</b><code dir="auto">${words}</code><span class="said">${t("Set in the installation's configuration file (config.yaml). Ask whoever runs the installation.")}</span></div>`;
}

define("settings-plugin", PluginForm);
define("settings-plugins", Plugins);
