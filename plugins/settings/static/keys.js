import { css, html, nothing } from "lit";
import { Panel, define, fmt, icon, remove, t, tn, toast } from "@comptoir/sdk";
import { Load, everything } from "@comptoir/sdk/load.js";
import { wordsFor } from "@comptoir/sdk/problems.js";
import { table, tableStyles } from "@comptoir/sdk/table.js";
import { confirm } from "@comptoir/sdk/elements/confirm.js";
import "@comptoir/sdk/elements/notice.js";
import { ago } from "@comptoir/sdk/elements/time.js";
import "./keys-form.js";
import { roleName } from "./roles-words.js";
import { page, parts } from "./styles.js";

const SCHEME = "wak_live_"; // what every key begins with

/** API keys: programs that act for the organisation. */
class Keys extends Panel {
  static properties = { making: { state: true }, ended: { state: true } };
  static styles = [...Panel.styles, page, parts, tableStyles, css`
    .bar .lede { flex: 1 1 320px; margin: 0; } .bar ui-button { margin-inline-start: auto; }
    code { font: 500 var(--fs-sm)/1.4 ui-monospace, "SF Mono", Menlo, Consolas, monospace; color: var(--text-3); }
    .docs { margin-block-start: var(--sp-4); }
  `];

  load = new Load(this, async () => {
    const [keys, roles] = await Promise.all([everything("/api/v1/api-keys"), everything("/api/v1/roles")]);
    return { keys, roles };
  });

  connectedCallback() {
    super.connectedCallback();
    this.toggleAttribute("wide", true);
  }

  render() {
    return html`<div class="bar"><p class="lede">${t("A key lets a program act for your organisation, within its role. Treat it like a password.")}</p>
        <ui-button variant="primary" icon="plus" @click=${() => { this.making = true; }}>${t("New key")}</ui-button></div>
      ${this.load.show(({ keys, roles }) => this.lists(keys, roles), { failed: t("The keys could not be loaded."), rows: 4 })}
      <p class="docs said">${t("What programs can do with a key:")} <a href="/api/docs" target="_blank" rel="noopener">${t("API reference")}</a></p>
      ${this.making && this.load.value ? html`<settings-key-form .roles=${this.load.value.roles} @made=${() => this.load.run()} @close=${() => { this.making = false; }}></settings-key-form>` : nothing}`;
  }

  lists(keys, roles) {
    const living = keys.filter(alive), over = keys.filter((key) => !alive(key));
    if (!keys.length) return html`<ui-empty icon="key-round" text=${t("No key yet. Make one for each program, so that each can be ended alone.")}></ui-empty>`;
    return html`${living.length ? table({ label: t("Keys"), columns: this.columns(roles), rows: living }) : html`<ui-empty icon="key-round" text=${t("Every key has ended. Make a new one for each program.")}></ui-empty>`}
      ${over.length ? html`<details class="docs"><summary class="said">${t("Ended keys ({n})", { n: fmt.number(over.length) })}</summary>${table({ label: t("Ended keys"), columns: this.columns(roles, true), rows: over })}</details>` : nothing}`;
  }

  columns(roles, over = false) {
    return [
      { label: t("Name"), first: true, size: "minmax(0, 1.6fr)", cell: ({ name, prefix }) => html`<div class="name cut"><bdi>${name}</bdi></div><code dir="ltr">${SCHEME}${prefix}_…</code>` },
      { label: t("May do"), size: "minmax(0, 1.2fr)", cell: ({ role, scopes }) => html`<bdi>${roleName(role, roles)}</bdi>${scopes ? html`<div class="said">${tn("only {n} permission", "only {n} permissions", scopes.length)}</div>` : nothing}` },
      { label: t("Last used"), size: "minmax(0, 1fr)", cell: ({ last_used_at: used }) => (used ? html`<ui-time class="said" .at=${used}></ui-time>` : html`<span class="said">${t("never")}</span>`) },
      { label: over ? t("Ended") : t("Ends"), size: "minmax(0, 1fr)", cell: (key) => this.end(key) },
      { label: t("More"), bare: true, size: "36px", cell: (key) => (over ? nothing : this.more(key)) },
    ];
  }

  end({ revoked_at: revoked, expires_at: expires }) {
    if (revoked) return html`<span class="said">${t("revoked {when}", { when: ago(revoked) })}</span>`;
    if (!expires) return html`<span class="said">${t("never")}</span>`;
    const soon = new Date(expires) - Date.now() < 7 * 86_400_000;
    return soon ? html`<ui-chip tone="warn" icon="clock">${ago(expires)}</ui-chip>` : html`<ui-time class="said" .at=${expires}></ui-time>`;
  }

  more(key) {
    return html`<ui-menu .items=${[{ label: t("Revoke"), icon: "trash-2", run: () => this.revoke(key) }]}>
      <button slot="trigger" class="ib" aria-label=${t("More on {name}", { name: key.name })}>${icon("ellipsis-vertical")}</button></ui-menu>`;
  }

  async revoke({ id, name }) {
    const agreed = await confirm({ heading: t("Revoke {name}?", { name }), text: t("Programs that use this key are refused from now on. This cannot be taken back."), act: t("Revoke"), danger: true });
    if (!agreed) return;
    try {
      await remove(`/api/v1/api-keys/${id}`);
      toast({ text: t("{name} is revoked.", { name }) });
      await this.load.run();
    } catch (error) {
      toast({ text: wordsFor(error) });
    }
  }
}

const alive = ({ revoked_at: revoked, expires_at: expires }) => !revoked && !(expires && new Date(expires) < Date.now());

define("settings-keys", Keys);
