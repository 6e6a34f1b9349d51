import { css, html, nothing } from "lit";
import { Panel, define, fmt, icon, patch, post, remove, t, tn, toast } from "@comptoir/sdk";
import { wordsFor } from "@comptoir/sdk/problems.js";
import { confirm } from "@comptoir/sdk/elements/confirm.js";
import "@comptoir/sdk/elements/notice.js";
import "@comptoir/sdk/elements/secret.js";
import "@comptoir/sdk/elements/time.js";
import "./webhooks-attempts.js";
import "./webhooks-form.js";
import "./webhooks-replay.js";
import { parts } from "./styles.js";
import { stateChip, whyOff } from "./webhooks-words.js";

/** One webhook: how it does, what can be done about it, and what became of its deliveries. */
class Webhook extends Panel {
  static properties = { hook: { attribute: false }, open: { state: true }, secret: { state: true }, kept: { state: true }, busy: { state: true } };
  static styles = [...Panel.styles, parts, css`
    .head { display: flex; flex-wrap: wrap; gap: var(--sp-2) var(--sp-3); align-items: center; } h2 { font-size: var(--fs-lg); font-weight: 650; } .head .ib { margin-inline-start: auto; }
    .url { color: var(--text-3); overflow-wrap: anywhere; text-align: start; display: block; } .acts { margin-block: var(--sp-3) var(--sp-5); } ui-notice { margin-block: var(--sp-3) 0; }
  `];

  render() {
    const { hook } = this;
    return html`<div class="head"><h2><bdi>${hook.name}</bdi></h2>${stateChip(hook)}
        <ui-menu .items=${this.items()}><button slot="trigger" class="ib" aria-label=${t("More on {name}", { name: hook.name })}>${icon("ellipsis-vertical")}</button></ui-menu></div>
      <code class="url" dir="ltr">${hook.url}</code><p class="said">${this.standing()}</p>${this.trouble()}
      <div class="acts"><ui-button icon="send-horizontal" ?busy=${this.busy === "test"} @click=${() => this.act("test", () => this.post("test"), t("A test event is on its way."))}>${t("Send a test event")}</ui-button>
        ${hook.state === "on" ? html`<ui-button icon="pause" @click=${() => this.turn("paused")}>${t("Pause")}</ui-button>` : html`<ui-button variant="primary" icon="play" @click=${() => this.turn("on")}>${t("Switch on")}</ui-button>`}
        <ui-button icon="pencil" @click=${() => { this.open = "edit"; }}>${t("Edit")}</ui-button></div>
      <settings-webhook-attempts .hook=${hook}></settings-webhook-attempts>${this.dialog()}`;
  }

  items() {
    return [
      { label: t("Send again from a time…"), icon: "rotate-cw", run: () => { this.open = "replay"; } },
      { label: t("Replace the secret…"), icon: "key-round", run: () => this.rotate() },
      { label: t("Remove"), icon: "trash-2", run: () => this.drop() },
    ];
  }

  standing() {
    const { waiting, delivered_at: at, old_secret_ends_at: until } = this.hook;
    const said = [waiting ? tn("{n} event waits", "{n} events wait", waiting) : t("Nothing waits"), at ? t("last taken {when}", { when: fmt.moment(at) }) : t("nothing taken yet")];
    if (until) said.push(t("the old secret is valid until {when}", { when: fmt.moment(until) }));
    return said.join(" · ");
  }

  trouble() {
    const { state, failures, failing_since: since, next_attempt_at: next, off_reason: reason } = this.hook;
    if (state === "off") return html`<ui-notice tone="bad" heading=${t("It is switched off.")}>${whyOff(reason)} ${t("Nothing is lost: switched on again, it goes on where it stopped.")}</ui-notice>`;
    if (!failures || state !== "on") return nothing;
    return html`<ui-notice tone="warn" heading=${tn("The next event failed {n} time.", "The next event failed {n} times.", failures)}>${t("Since {since}; tried again {next}. After five days the webhook is switched off.", { since: fmt.moment(since), next: fmt.moment(next) })}
      <ui-button slot="actions" @click=${() => this.act("skip", () => this.post("skip"), t("The event is left out."))}>${t("Leave this event out")}</ui-button></ui-notice>`;
  }

  dialog() {
    const close = () => { this.open = null; };
    if (this.open === "edit") return html`<settings-webhook-form .hook=${this.hook} @saved=${this.changed} @close=${close}></settings-webhook-form>`;
    if (this.open === "replay") return html`<settings-webhook-replay .hook=${this.hook} @saved=${this.changed} @close=${close}></settings-webhook-replay>`;
    return this.secret ? html`<ui-dialog open heading=${t("The webhook's secret")} @close=${() => { this.secret = null; this.kept = false; }}>
      <ui-secret heading=${t("Secret")} .text=${this.secret} confirmable @input=${(event) => { this.kept = event.target.saved; }}></ui-secret>
      <p class="said">${t("For 24 hours each delivery is signed with the old one too.")}</p></ui-dialog>` : nothing;
  }

  changed = () => this.dispatchEvent(new Event("changed"));
  post = (deed, body = {}) => post(`/api/v1/webhooks/${this.hook.id}/${deed}`, body);
  turn = (state) => this.act(state, () => patch(`/api/v1/webhooks/${this.hook.id}`, { state }), state === "on" ? t("It is on.") : t("It is paused. What happens meanwhile is kept."));

  async act(name, deed, words) {
    this.busy = name;
    try {
      await deed();
      if (words) toast({ text: words });
      this.changed();
      this.renderRoot.querySelector("settings-webhook-attempts")?.soon();
    } catch (error) {
      toast({ text: wordsFor(error) });
    }
    this.busy = null;
  }

  async rotate() {
    const agreed = await confirm({ heading: t("Replace the secret?"), text: t("For 24 hours deliveries are signed with both, so that the receiver can change in time."), act: t("Replace") });
    if (agreed) await this.act("secret", async () => { this.secret = (await this.post("secret", { overlap_hours: 24 })).secret; });
  }

  async drop() {
    const { name, id } = this.hook;
    const agreed = await confirm({ heading: t("Remove {name}?", { name }), text: t("Nothing more is sent there, and the record of its deliveries goes too."), act: t("Remove"), danger: true });
    if (!agreed) return;
    try {
      await remove(`/api/v1/webhooks/${id}`);
      this.dispatchEvent(new Event("gone"));
    } catch (error) {
      toast({ text: wordsFor(error) });
    }
  }
}

define("settings-webhook", Webhook);
