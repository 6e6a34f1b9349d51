import { css, html, nothing } from "lit";
import { Panel, can, define, post, put, t, toast, upload } from "@comptoir/sdk";
import { Form } from "@comptoir/sdk/form.js";
import "@comptoir/sdk/elements/check.js";
import { faultOf } from "../limits.js";
import { REPLIES, SHARE } from "./store.js";
import { places } from "./variables.js";

const MOST_FILES = 10;
const LONGEST = 4096;

/** One quick reply to make or change. */
class QuickReply extends Panel {
  static properties = { reply: { attribute: false }, coming: { state: true }, fault: { state: true } };
  static styles = [...Panel.styles, css`
    .form-problem { background: var(--bad-soft); color: var(--bad); border-radius: var(--r-md); padding: var(--sp-2) var(--sp-3); margin-block-end: var(--sp-3); font-size: var(--fs-preview); }
    .places { display: flex; flex-wrap: wrap; gap: 4px; margin-block: calc(-1 * var(--sp-2)) var(--sp-3); } .places button { border: 1px solid var(--line-strong); border-radius: var(--r-full); background: var(--surface); padding: 2px 10px; font-size: var(--fs-sm); min-block-size: 28px; } .places button:hover { background: var(--accent-soft); }
    .files { list-style: none; margin: 0 0 var(--sp-2); padding: 0; display: grid; gap: 4px; } .files li { display: flex; align-items: center; gap: var(--sp-2); background: var(--surface-2); border-radius: var(--r-md); padding: 4px 10px; } .files bdi { flex: 1; }
    .fault { color: var(--bad); font-size: var(--fs-sm); margin-block-end: var(--sp-2); } .label { font-size: var(--fs-preview); font-weight: 550; margin-block-end: var(--sp-1); }
    @media (pointer: coarse) { .places button { min-block-size: 44px; } }
  `];

  form = new Form(this, {
    check: ({ shortcut, title, body, files }) => ({
      shortcut: /^[^\s/]{1,32}$/.test(shortcut.trim()) ? "" : t("1 to 32 characters without spaces or slashes."),
      title: title.trim() ? "" : t("Say in a few words what it is for."),
      body: body.trim() || files.length ? (body.length > LONGEST ? t("At most 4096 characters.") : "") : t("Write something, or add a file."),
    }),
    save: (_, values) => this.save(values),
    saved: () => { toast({ text: t("Saved.") }); this.dispatchEvent(new Event("saved")); },
    refused: (error) => (error.problem?.errors?.some(({ loc }) => loc?.includes("shortcut")) ? { shortcut: t("This shortcut is taken: choose another one, or another language.") } : undefined),
    guard: false,
  });

  connectedCallback() {
    super.connectedCallback();
    this.coming = 0;
    const { shortcut = "", title = "", body = "", language = "", files = [], shared = can(SHARE) } = this.reply ?? {};
    this.form.start({ shortcut, title, body, language: language ?? "", files, shared });
  }

  save({ files, language, ...values }) {
    const told = { ...values, shortcut: values.shortcut.trim().replace(/^\//, ""), language: language || null, files: files.map(({ id }) => id) };
    return this.reply ? put(`${REPLIES}/${this.reply.id}`, told) : post(REPLIES, told);
  }

  render() {
    const { form } = this;
    const { values, errors } = form;
    const languages = [["", t("For every language")], ["ar", "العربية"], ["fr", "Français"], ["en", "English"]];
    return html`<form novalidate @submit=${form.submit} @input=${form.typed}><ui-dialog open heading=${this.reply ? t("Quick reply") : t("New quick reply")} @closing=${form.closing} @close=${() => this.dispatchEvent(new Event("close"))}>${form.notice()}
      <ui-field name="shortcut" ltr label=${t("Shortcut")} hint=${t("What you type after the slash, for example: hours")} .value=${values.shortcut} .error=${errors.shortcut ?? ""}></ui-field>
      <ui-field name="title" label=${t("Title")} .value=${values.title} .error=${errors.title ?? ""}></ui-field>
      <ui-field name="body" type="textarea" rows="5" label=${t("Text")} hint=${t("What you keep of a contact goes in by its name, for example {example}", { example: "{{contact.city}}" })} .value=${values.body} .error=${errors.body ?? ""}></ui-field>
      <div class="places" role="group" aria-label=${t("Put in")}>${places().map(([name, words]) => html`<button type="button" title=${`{{${name}}}`} @click=${() => this.put(name)}>${words}</button>`)}</div>
      <ui-field name="language" label=${t("Language")} .options=${languages} .value=${values.language}></ui-field>
      ${this.files(values.files)}
      ${can(SHARE) ? html`<ui-check name="shared" label=${t("Everybody in the organisation has it")} ?checked=${values.shared}></ui-check>` : nothing}
      <ui-button slot="actions" @click=${() => this.renderRoot.querySelector("ui-dialog").leave()}>${t("Cancel")}</ui-button>
      <ui-button slot="actions" variant="primary" type="submit" ?busy=${form.busy || this.coming > 0}>${t("Save")}</ui-button></ui-dialog></form>`;
  }

  files(files) {
    return html`<p class="label" id="files">${t("Files")}</p>${this.fault ? html`<p class="fault" role="alert">${this.fault}</p>` : nothing}
      ${files.length ? html`<ul class="files" aria-labelledby="files">${files.map((file) => html`<li><bdi class="cut">${file.filename ?? t("File")}</bdi><ui-button variant="plain" icon="x" label=${t("Remove {name}", { name: file.filename ?? t("File") })} @click=${() => this.form.set("files", files.filter(({ id }) => id !== file.id))}></ui-button></li>`)}</ul>` : nothing}
      <input type="file" hidden aria-label=${t("Add a file")} @change=${this.chosen}>
      <ui-button icon="paperclip" ?busy=${this.coming > 0} ?disabled=${files.length >= MOST_FILES} @click=${() => this.renderRoot.querySelector("input[type=file]").click()}>${t("Add a file")}</ui-button>`;
  }

  put(name) {
    const area = this.renderRoot.querySelector("ui-field[name=body]").renderRoot.querySelector("textarea");
    const { selectionStart: from, selectionEnd: to, value } = area;
    this.form.set("body", `${value.slice(0, from)}{{${name}}}${value.slice(to)}`);
    this.updateComplete.then(() => { area.focus(); area.setSelectionRange(from + name.length + 4, from + name.length + 4); });
  }

  /** Uploaded once, however often it is sent. */
  async chosen(event) {
    const [file] = event.target.files;
    event.target.value = "";
    this.fault = file ? faultOf(file) : "";
    if (!file || this.fault) return;
    this.coming += 1;
    const form = new FormData();
    form.append("file", file, file.name);
    try {
      const { id, kind, filename, size } = await upload("/api/v1/attachments", form);
      this.form.set("files", [...this.form.values.files.filter((one) => one.id !== id), { id, kind, filename, size }]);
    } catch (error) {
      this.fault = error.message;
    } finally {
      this.coming -= 1;
    }
  }
}

define("inbox-quick-reply", QuickReply);
