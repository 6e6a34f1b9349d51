import { css, html, nothing } from "lit";
import { Panel, define, post, t } from "@comptoir/sdk";
import { Form } from "@comptoir/sdk/form.js";
import "@comptoir/sdk/elements/card.js";
import "@comptoir/sdk/elements/copy.js";
import "./numbers-findings.js";
import { parts } from "./styles.js";

const META = "https://graph.facebook.com";
const VERSION = "v26.0";
const EMPTY = { phone_number_id: "", waba_id: "", access_token: "", app: "new", app_secret: "", meta_app_id: "", graph_url: "", graph_version: "", team: "" };

/** A number of Meta's: examined first, then connected; what Meta needs from us is shown to be copied. */
class Connect extends Panel {
  static properties = { apps: { attribute: false }, teams: { attribute: false }, findings: { state: true }, examined: { state: true }, made: { state: true } };
  static styles = [...Panel.styles, parts, css`
    details { margin-block: var(--sp-2) var(--sp-3); } summary { cursor: pointer; color: var(--text-2); font-size: var(--fs-preview); margin-block-end: var(--sp-3); } dl { display: grid; gap: var(--sp-3); } dt { font-size: var(--fs-preview); font-weight: 550; } dd { margin: 0; display: flex; flex-wrap: wrap; gap: var(--sp-2); align-items: center; } code { overflow-wrap: anywhere; }
  `];

  form = new Form(this, {
    check: (values) => faults(values),
    save: (_, values) => (this.examined === key(values) ? this.connect(values) : this.examine(values)),
    refused: (error) => this.refused(error),
    guard: false,
  });

  connectedCallback() {
    super.connectedCallback();
    this.form.start({ ...EMPTY, app: this.apps.length ? this.apps[0].id : "new" });
  }

  render() {
    return this.made ? this.done() : html`<ui-card heading=${t("Connect a number")} text=${t("From your app at Meta: WhatsApp → API setup. The doctor looks at everything before anything is kept.")}>
      <form novalidate @submit=${this.form.submit} @input=${this.form.typed}>${this.form.notice()}${this.fields()}
        <div class="acts"><ui-button variant=${this.ready ? "" : "primary"} type="submit" icon="stethoscope" ?busy=${this.form.busy && !this.ready} ?hidden=${this.ready}>${t("Examine")}</ui-button>
          ${this.ready ? html`<ui-button variant="primary" type="submit" icon="plug" ?busy=${this.form.busy}>${this.failed ? t("Connect anyway") : t("Connect")}</ui-button>` : nothing}</div></form>
      ${this.findings ? html`<div class="acts"></div><settings-findings .findings=${this.findings}></settings-findings>` : nothing}</ui-card>`;
  }

  get ready() {
    return this.examined === key(this.form.values);
  }

  get failed() {
    return this.findings?.some(({ state }) => state === "failed");
  }

  fields() {
    const { values, errors } = this.form;
    const apps = [...this.apps.map(({ id, name, slug }) => [id, name || slug]), ["new", t("Another app")]];
    return html`<div class="pair">
        <ui-field ltr name="phone_number_id" inputmode="numeric" label=${t("Phone number ID")} hint=${t("Digits; not the phone number itself.")} .value=${values.phone_number_id} .error=${errors.phone_number_id}></ui-field>
        <ui-field ltr name="waba_id" inputmode="numeric" label=${t("WhatsApp Business Account ID")} .value=${values.waba_id} .error=${errors.waba_id}></ui-field></div>
      <ui-field ltr name="access_token" type="password" label=${t("Access token")} hint=${t("Best of a system user, so that it does not end.")} .value=${values.access_token} .error=${errors.access_token}></ui-field>
      <ui-field name="app" label=${t("Meta app")} hint=${t("Whose secret signs what Meta delivers.")} .options=${apps} .value=${values.app} .error=${errors.meta_app}></ui-field>
      ${values.app === "new" ? html`<div class="pair"><ui-field ltr name="app_secret" type="password" label=${t("App secret")} hint=${t("App settings → Basic.")} .value=${values.app_secret} .error=${errors.app_secret}></ui-field>
        <ui-field ltr name="meta_app_id" inputmode="numeric" label=${t("App ID (optional)")} .value=${values.meta_app_id} .error=${errors.meta_app_id}></ui-field></div>` : nothing}
      <details><summary>${t("More")}</summary><div class="pair">
        <ui-field ltr name="graph_url" label=${t("Graph API address")} placeholder=${META} .value=${values.graph_url} .error=${errors.graph_url}></ui-field>
        <ui-field ltr name="graph_version" label=${t("Graph API version")} placeholder=${VERSION} .value=${values.graph_version} .error=${errors.graph_version}></ui-field></div>
        ${this.teams.length ? html`<ui-field name="team" label=${t("Team")} hint=${t("Where its new conversations start.")} .options=${[["", t("None")], ...this.teams.map(({ id, name }) => [id, name])]} .value=${values.team} .error=${errors.team}></ui-field>` : nothing}</details>`;
  }

  async examine(values) {
    const { findings } = await post("/api/v1/account-examinations", { ...numberOf(values), ...(values.app === "new" && { app_secret: values.app_secret.trim() }) });
    Object.assign(this, { findings, examined: key(values) });
  }

  async connect(values) {
    const { app, app_secret: secret, meta_app_id: id, team } = values;
    const meta_app = app === "new" ? { app_secret: secret.trim(), ...(id && { meta_app_id: id.trim() }) } : { id: app };
    const made = await post("/api/v1/accounts", { ...numberOf(values), meta_app, ...(team && { team }) });
    if (made.verify_token) this.made = made;
    else this.tell(made);
  }

  refused(error) {
    if (error.problem?.findings) this.findings = error.problem.findings;
    return undefined;
  }

  /** What has to be entered at Meta, once. */
  done() {
    const { webhook_url: address, verify_token: token } = this.made;
    return html`<ui-card heading=${t("Connected")} text=${t("One thing is left to do at Meta: enter these under WhatsApp → Configuration → Webhook, and subscribe to “messages”.")}>
      <dl><div><dt>${t("Callback URL")}</dt><dd><code dir="ltr">${address}</code><ui-copy .text=${address}></ui-copy></dd></div>
        <div><dt>${t("Verify token")}</dt><dd><code dir="ltr">${token}</code><ui-copy .text=${token}></ui-copy></dd></div></dl>
      <div class="acts"><ui-button variant="primary" @click=${() => this.tell(this.made)}>${t("Done")}</ui-button></div></ui-card>`;
  }

  tell(made) {
    this.dispatchEvent(new CustomEvent("connected", { detail: made }));
  }
}

const key = (values) => JSON.stringify(values);

const numberOf = ({ phone_number_id, waba_id, access_token, graph_url, graph_version }) => Object.fromEntries(
  Object.entries({ phone_number_id, waba_id, access_token, graph_url, graph_version }).map(([name, value]) => [name, value.trim()]).filter(([, value]) => value));

function faults({ phone_number_id: number, waba_id: waba, access_token: token, app, app_secret: secret }) {
  const digits = t("Copy the digits from Meta's page.");
  return {
    phone_number_id: /^\d{1,32}$/.test(number.trim()) ? "" : digits, waba_id: /^\d{1,32}$/.test(waba.trim()) ? "" : digits,
    access_token: token.trim().length >= 8 ? "" : t("Copy the whole token from Meta's page."),
    app_secret: app !== "new" || secret.trim().length >= 8 ? "" : t("Copy the app secret from Meta's page."),
  };
}

define("settings-number-connect", Connect);
