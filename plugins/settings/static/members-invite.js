import { css, html, nothing } from "lit";
import { Panel, define, fmt, post, t, tn, toast } from "@comptoir/sdk";
import { Form } from "@comptoir/sdk/form.js";
import "@comptoir/sdk/elements/notice.js";
import "@comptoir/sdk/elements/picker.js";
import { addressesIn } from "./addresses.js";
import { mayGive, roleName, rolePurpose } from "./roles-words.js";
import { parts } from "./styles.js";

const EXAMPLE = "salma@example.com, hugo@example.com";
const MOST = 100; // invitations in one request
const EMPTY = { addresses: "", role: "agent", teams: [] };
let kept = EMPTY; // what was pasted is still there when the dialog opens again

/** Many people at once, by pasting their addresses. Whoever cannot be invited stays in the field, with the reason. */
class Invite extends Panel {
  static properties = { open: { type: Boolean }, people: { attribute: false }, refused: { state: true } };
  static styles = [...Panel.styles, parts, css`
    .counted { display: flex; flex-wrap: wrap; gap: var(--sp-1) var(--sp-2); margin-block: calc(-1 * var(--sp-2)) var(--sp-3); font-size: var(--fs-sm); color: var(--text-2); }
    .bad { color: var(--bad); overflow-wrap: anywhere; } .refused li { padding-block: 3px; overflow-wrap: anywhere; }
  `];

  form = new Form(this, {
    check: ({ addresses }) => ({ addresses: fault(addressesIn(addresses)) }),
    save: (_, values) => post("/api/v1/invitations", { invitations: addressesIn(values.addresses).good.map((email) => ({ email, role: values.role, teams: values.teams })) }),
    saved: ({ items }) => this.sent(items),
    guard: false,
  });

  constructor() {
    super();
    this.refused = [];
    this.form.start(kept);
  }

  render() {
    if (!this.open) return nothing;
    const { form, people } = this;
    const { good, bad } = addressesIn(form.values.addresses);
    const roles = people.roles.filter(mayGive).map(({ key }) => [key, roleName(key, people.roles)]);
    return html`<form novalidate @submit=${form.submit} @input=${form.typed}><ui-dialog open heading=${t("Invite people")} @close=${this.close}>
      ${form.notice()}${this.refused.length ? this.refusals() : nothing}
      <ui-field type="textarea" rows="4" ltr name="addresses" label=${t("Addresses")} placeholder=${EXAMPLE} hint=${t("Paste as many as you like: one a line, or with commas between.")} .value=${form.values.addresses} .error=${form.errors.addresses}></ui-field>
      <div class="counted" role="status">${good.length ? html`<span>${tn("{n} address", "{n} addresses", good.length)}</span>` : nothing}
        ${bad.length && !form.errors.addresses ? html`<span class="bad">${t("not addresses:")} <bdi>${bad.join(", ")}</bdi></span>` : nothing}</div>
      <ui-field name="role" label=${t("Role")} .options=${roles} .value=${form.values.role} .error=${form.errors.role} hint=${rolePurpose(form.values.role) || nothing}></ui-field>
      ${people.teams.length ? html`<ui-picker name="teams" label=${t("Teams")} placeholder=${t("None")} .options=${people.teams.map(({ id, name }) => ({ value: id, label: name }))} .value=${form.values.teams} .error=${form.errors.teams}></ui-picker>` : nothing}
      <p class="said">${t("Each gets a link by mail that works once, for a day.")}</p>
      <ui-button slot="actions" @click=${this.close}>${t("Cancel")}</ui-button>
      <ui-button slot="actions" variant="primary" type="submit" icon="send-horizontal" ?busy=${form.busy}>${good.length > 1 ? tn("Invite {n} person", "Invite {n} people", good.length) : t("Invite")}</ui-button></ui-dialog></form>`;
  }

  refusals() {
    return html`<ui-notice tone="warn" heading=${tn("{n} address could not be invited", "{n} addresses could not be invited", this.refused.length)}>
      <ul class="refused">${this.refused.map(({ email, problem }) => html`<li><bdi dir="ltr">${email}</bdi>: ${reason(problem)}</li>`)}</ul></ui-notice>`;
  }

  sent(items) {
    this.refused = items.filter(({ problem }) => problem);
    const sent = items.length - this.refused.length;
    if (sent) toast({ text: tn("{n} invitation is on its way.", "{n} invitations are on their way.", sent, { n: fmt.number(sent) }) });
    this.form.start(this.refused.length ? { ...this.form.values, addresses: this.refused.map(({ email }) => email).join("\n") } : EMPTY);
    kept = this.form.values;
    if (!this.refused.length) this.dispatchEvent(new Event("done"));
  }

  close = () => {
    kept = this.form.values;
    this.dispatchEvent(new Event("close"));
  };
}

function fault({ good, bad }) {
  if (bad.length) return t("This is no address: {words}. Correct or remove it.", { words: bad[0] });
  if (!good.length) return t("Enter at least one address, like name@example.com.");
  return good.length > MOST ? t("At most {n} at once: send the others afterwards.", { n: fmt.number(MOST) }) : "";
}

/** The server's reasons are English; these are the ones there are. */
function reason({ status, detail, errors }) {
  if (status === 409) return t("is a member already");
  if (status === 403) return t("you cannot give a role that may do more than yours");
  if (errors?.some(({ loc }) => loc?.includes("teams"))) return t("a team was deleted meanwhile");
  if (errors?.some(({ loc }) => loc?.includes("email"))) return t("is not an address that mail can be sent to");
  return detail;
}

define("settings-invite", Invite);
