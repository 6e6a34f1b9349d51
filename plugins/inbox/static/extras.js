import { css, html, nothing } from "lit";
import { Panel, define, icon, post, t, toast } from "@comptoir/sdk";
import { Form } from "@comptoir/sdk/form.js";
import { ledger, newId } from "@comptoir/sdk/ledger.js";
import { EMOJIS, react } from "./reactions.js";
import { enterSends, turnEnter } from "./sending-key.js";
import { KINDS } from "./extra-kinds.js";
import { trayOf } from "./tray.js";

/** What is not text: a menu beside the composer, a dialog for each kind. Fires "sent", "quote", "replies", "templates" and "discard". */
class Extras extends Panel {
  static properties = { conversation: { attribute: false }, quoted: { attribute: false }, text: {}, kind: { state: true }, collided: { state: true } };
  static styles = [...Panel.styles, css`
    .ib { inline-size: 42px; block-size: 42px; }
    @media (pointer: coarse) { .ib { inline-size: 44px; block-size: 44px; } }
    .two { display: grid; grid-template-columns: 1fr 1fr; gap: 0 var(--sp-3); }
    .row { border-block-start: 1px solid var(--line); padding-block-start: var(--sp-3); margin-block-start: var(--sp-2); }
    .row legend { font-size: var(--fs-sm); font-weight: 600; color: var(--text-2); padding: 0; } fieldset { border: 0; padding: 0; margin: 0; min-inline-size: 0; }
    .acts { display: flex; justify-content: flex-end; gap: var(--sp-2); margin-block-start: var(--sp-3); } .acts .grow { margin-inline-end: auto; }
    .form-problem { color: var(--bad); margin-block-end: var(--sp-3); }
    @media (max-width: 760px) { .ib { inline-size: 44px; block-size: 44px; } }
  `];

  form = new Form(this, {
    check: (values) => KINDS[this.kind].faults(values),
    save: (_, values) => this.post(values),
    saved: (message) => this.done(message),
    refused: (error) => this.refused(error),
    guard: false,
  });

  connectedCallback() {
    super.connectedCallback();
    this.cleanup(ledger.subscribe((changes) => { if (changes.reset || changes.threads.has(this.conversation.id)) this.requestUpdate(); }));
  }

  render() {
    return html`<ui-menu .items=${this.choices()}><button class="ib" slot="trigger" aria-label=${t("Send something else")} title=${t("Send something else")}>${icon("plus")}</button></ui-menu>
      <input type="file" multiple hidden aria-label=${t("Photos, videos or files")} @change=${this.chosen}>
      ${this.kind ? this.dialog() : nothing}`;
  }

  choices() {
    const last = this.lastOfCustomer;
    const open = (kind) => ({ label: KINDS[kind].name(), icon: KINDS[kind].icon, run: () => this.begin(kind) });
    const file = { label: t("Photos, videos or files"), icon: "paperclip", run: () => this.renderRoot.querySelector("input[type=file]").click() };
    const replies = { label: t("Quick replies"), icon: "zap", run: () => this.dispatchEvent(new Event("replies")) };
    const templates = { label: t("Template"), icon: "layout-template", run: () => this.dispatchEvent(new Event("templates")) };
    return [file, replies, templates, ...Object.keys(KINDS).map(open),
      ...(last ? [{ separator: true }, { label: t("Reply to the last message"), icon: "reply", run: () => this.dispatchEvent(new CustomEvent("quote", { detail: last })) },
        { heading: t("React to the last message") }, ...EMOJIS.map((emoji) => ({ label: emoji, icon: "smile", run: () => react(last, emoji) }))] : []), ...this.settings()];
  }

  settings() {
    const enter = enterSends();
    return [{ separator: true }, ...(this.text?.trim() ? [{ label: t("Discard what is written"), icon: "trash-2", run: () => this.dispatchEvent(new Event("discard")) }] : []),
      { label: t("Enter sends"), checked: enter, run: () => turnEnter(true) }, { label: t("Ctrl+Enter sends"), checked: !enter, run: () => turnEnter(false) }];
  }

  get lastOfCustomer() {
    return ledger.messages(this.conversation.id).findLast(({ direction, type, wamid }) => direction === "inbound" && type !== "reaction" && wamid);
  }

  chosen(event) {
    trayOf(this.conversation.id).add([...event.target.files]);
    event.target.value = "";
  }

  begin(kind) {
    KINDS[kind].module?.();
    Object.assign(this, { kind, id: newId(), collided: false });
    this.form.start(KINDS[kind].empty());
  }

  dialog() {
    const { values, errors, busy } = this.form;
    const kind = KINDS[this.kind];
    const set = (name, value) => this.form.set(name, value);
    return html`<ui-dialog open heading=${kind.name()} @close=${this.closed} @closing=${this.form.closing}>
      <form novalidate @submit=${this.form.submit} @input=${this.form.typed}>
        ${this.form.notice()}${kind.fields(values, errors, set)}
        ${kind.seen ? html`<inbox-offer-preview .content=${kind.message(values).content}></inbox-offer-preview>` : nothing}
        <div class="acts">${kind.more?.(values, set) ?? nothing}<ui-button variant="primary" type="submit" icon="send-horizontal" ?busy=${busy}>${this.collided ? t("Send anyway") : t("Send")}</ui-button></div>
      </form></ui-dialog>`;
  }

  post(values) {
    const { type, content } = KINDS[this.kind].message(values);
    return post(`/api/v1/conversations/${this.conversation.id}/messages`, {
      id: this.id, type, [type]: content, reply_to: this.quoted?.id, last_seen: ledger.lastSeen(this.conversation.id), confirm: this.collided || undefined,
    });
  }

  done(message) {
    ledger.apply({ type: "message.queued", data: { message } });
    this.renderRoot.querySelector("ui-dialog").leave();
    this.dispatchEvent(new Event("sent"));
  }

  /** The API points at members of WhatsApp's object; here they stand beside the fields that made them. */
  refused(error) {
    if (error.kind === "newer-messages") {
      this.collided = true;
      toast({ text: t("There are newer messages. Read them, or send anyway.") });
      return undefined;
    }
    const faults = error.problem?.errors ?? [];
    const found = faults.map(({ pointer, msg }) => [KINDS[this.kind].fieldOf(pointer ?? ""), msg]).filter(([name]) => name);
    return found.length ? Object.fromEntries(found) : undefined;
  }

  closed() {
    this.kind = null;
    this.renderRoot.querySelector("button").focus();
  }
}

define("inbox-extras", Extras);
