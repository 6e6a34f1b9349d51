import { css, html } from "lit";
import { ApiError, Panel, define, patch, post, t, toast } from "@comptoir/sdk";
import { Form, beside } from "@comptoir/sdk/form.js";
import { parts } from "./styles.js";
import { colours, tagStyles } from "./tags-colours.js";

/** One tag to make or change: its name and its colour, shown as it will look. */
class TagForm extends Panel {
  static properties = { tag: { attribute: false } };
  static styles = [...Panel.styles, parts, tagStyles, css`
    fieldset { border: 0; padding: 0; margin: 0 0 var(--sp-4); min-inline-size: 0; } legend { font-size: var(--fs-preview); font-weight: 550; margin-block-end: var(--sp-2); }
    .colours { display: flex; flex-wrap: wrap; gap: var(--sp-2); } .colours label { position: relative; cursor: pointer; border-radius: var(--r-sm); }
    .colours input { position: absolute; inset: 0; opacity: 0; margin: 0; cursor: pointer; } .colours .tag { padding: 2px 10px; border: 2px solid transparent; border-radius: var(--r-md); }
    .colours input:checked + .tag { border-color: currentColor; } .colours input:focus-visible + .tag { box-shadow: var(--ring); }
    .look { margin-block-end: var(--sp-2); min-block-size: 26px; }
    @media (pointer: coarse) { .colours .tag { padding: 8px 14px; } }
  `];

  form = new Form(this, {
    check: ({ name }) => ({ name: name.trim() ? "" : t("Give the tag a name.") }),
    save: (changes, { name, colour }) => (this.tag ? this.change(changes) : post("/api/v1/tags", { name: name.trim(), colour })),
    saved: () => { toast({ text: t("Saved.") }); this.dispatchEvent(new Event("saved")); },
    refused: (error) => refusal(error),
    guard: false,
  });

  connectedCallback() {
    super.connectedCallback();
    const { name = "", colour = "grey" } = this.tag ?? {};
    this.form.start({ name, colour });
  }

  render() {
    const { form } = this;
    const { name, colour } = form.values;
    return html`<form novalidate @submit=${form.submit} @input=${form.typed}><ui-dialog open heading=${this.tag ? t("Tag") : t("New tag")} @closing=${form.closing} @close=${this.close}>${form.notice()}
      <ui-field name="name" label=${t("Name")} .value=${name} .error=${form.errors.name}></ui-field>
      <fieldset><legend>${t("Colour")}</legend><div class="colours">${colours().map(([value, words]) => html`<label><input type="radio" name="tint" value=${value} .checked=${value === colour} @change=${() => form.set("colour", value)}><span class="tag ${value}">${words}</span></label>`)}</div></fieldset>
      <p class="look"><span class="said">${t("On a conversation:")}</span> <span class="tag cut ${colour}" dir="auto">${name.trim() || t("Name")}</span></p><button hidden></button>
      <ui-button slot="actions" @click=${() => this.renderRoot.querySelector("ui-dialog").leave()}>${t("Cancel")}</ui-button>
      <ui-button slot="actions" variant="primary" type="submit" ?busy=${form.busy}>${this.tag ? t("Save") : t("Create tag")}</ui-button></ui-dialog></form>`;
  }

  async change({ name, colour }) {
    if (name === undefined && colour === undefined) return;
    await patch(`/api/v1/tags/${this.tag.id}`, { ...(name === undefined ? {} : { name: name.trim() }), ...(colour === undefined ? {} : { colour }) });
  }

  close = () => this.dispatchEvent(new Event("close"));
}

function refusal(error) {
  if (error instanceof ApiError && error.problem?.errors?.some(({ loc }) => loc?.includes("name")) && error.status === 409) return { name: t("There is a tag of this name. Choose a different one.") };
  return beside(error, { name: "", colour: "" });
}

define("settings-tag-form", TagForm);
