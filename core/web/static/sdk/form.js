/**
 * What a person is changing. A Lit controller:
 *
 *   form = new Form(this, { save: (changes) => patch("/api/v1/me", changes), saved: (answer) => … });
 *   form.start({ name: "Amine" });
 *   html`<form novalidate @submit=${form.submit} @input=${form.typed}>
 *     ${form.notice()}<ui-field name="name" label=${t("Name")} .value=${form.values.name} .error=${form.errors.name}></ui-field>`
 *
 * What the server refuses is said beside its field and the first of them is focused; what was typed stays, also when
 * somebody else changed the same thing meanwhile (412), and is not left without a word.
 */
import { html, nothing } from "lit";
import { ApiError } from "../api.js";
import { t } from "../i18n.js";
import { wordsFor } from "./problems.js";
import { askBeforeLeaving } from "../router.js";
import { confirm } from "../elements/confirm.js";

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

export class Form {
  /**
   * `save(changes, values)` sends; `saved(answer)` hears of it. `check(values)` returns {field: words} before anything
   * is sent; `refused(error)` the same for an answer; `reload()` fetches the values anew after a 412.
   * `guard: false` for what is not worth a question when it is left.
   */
  constructor(host, { save, saved, check, refused, reload, guard = true }) {
    Object.assign(this, { host, save, saved, check, refused, reload, guard });
    Object.assign(this, { before: {}, values: {}, errors: {}, problem: null, busy: false });
    host.addController(this);
  }

  hostConnected() {
    addEventListener("beforeunload", this.unloading);
    this.free = this.guard ? askBeforeLeaving((path) => !this.dirty || this.ask(path)) : undefined;
  }

  hostDisconnected() {
    removeEventListener("beforeunload", this.unloading);
    this.free?.();
  }

  /** These are the values the server has. */
  start(values) {
    this.update({ before: values, values: { ...values }, errors: {}, problem: null });
  }

  /** Newer values from the server, under what was typed here. */
  rebase(values) {
    this.update({ before: values, values: { ...values, ...this.changes } });
  }

  /** Only what differs, so that two people editing different fields do not undo each other. */
  get changes() {
    return Object.fromEntries(Object.entries(this.values).filter(([name, value]) => !same(value, this.before[name])));
  }

  get dirty() {
    return Object.keys(this.changes).length > 0;
  }

  set(name, value) {
    this.update({ values: { ...this.values, [name]: value }, errors: { ...this.errors, [name]: "" } });
  }

  discard() {
    this.start(this.before);
  }

  /** For @input on the form: fields say their name and value; a box that is ticked or not says `checked`. */
  typed = ({ target }) => {
    if (target.name && target.name in this.values) this.set(target.name, "checked" in target ? target.checked : target.value);
  };

  submit = async (event) => {
    event?.preventDefault();
    if (this.busy) return;
    const faults = Object.entries(this.check?.(this.values) ?? {}).filter(([, words]) => words);
    if (faults.length) return this.fail(Object.fromEntries(faults));
    this.update({ busy: true, problem: null, errors: {} });
    try {
      const answer = await this.save(this.changes, this.values);
      this.update({ before: this.values });
      this.saved?.(answer);
    } catch (error) {
      await this.caught(error);
    } finally {
      this.update({ busy: false });
    }
  };

  async caught(error) {
    if (error instanceof ApiError && error.status === 412 && this.reload) this.rebase(await this.reload());
    const errors = this.refused?.(error) ?? beside(error, this.values);
    if (Object.keys(errors).length) this.fail(errors);
    else this.update({ problem: error });
  }

  /** Says what is wrong beside the fields and goes to the first. */
  async fail(errors) {
    this.update({ errors });
    await this.host.updateComplete;
    const fields = [...this.host.renderRoot.querySelectorAll("[name]")];
    fields.find((field) => errors[field.name ?? field.getAttribute("name")])?.focus();
  }

  /** What is wrong with no field in particular. */
  notice() {
    return this.problem ? html`<p class="form-problem" role="alert">${wordsFor(this.problem)}</p>` : nothing;
  }

  update(values) {
    Object.assign(this, values);
    this.host.requestUpdate();
  }

  unloading = (event) => {
    if (this.dirty && this.guard) event.preventDefault();
  };

  /** For @closing on a <ui-dialog> that holds the form: what is typed is not lost by a slip of the hand. */
  closing = (event) => {
    if (!this.dirty || this.busy) return;
    event.preventDefault();
    const { target } = event;
    this.ask().then((agreed) => agreed && target.leave());
  };

  async ask() {
    const agreed = await confirm({
      heading: t("Leave without saving?"), text: t("What you changed here is not saved yet."),
      act: t("Discard changes"), cancel: t("Keep editing"), danger: true,
    });
    if (agreed) this.discard();
    return agreed;
  }
}

/** {field: words} of a 422 whose faults name fields of this form. */
export function beside(error, values) {
  const faults = error instanceof ApiError ? (error.problem.errors ?? []) : [];
  return Object.fromEntries(faults.map(({ loc, msg }) => [loc?.findLast((part) => part in values), msg]).filter(([name]) => name));
}
