/**
 * What a page shows and where it stands: coming, here, failed, not for this person. A Lit controller:
 *
 *   members = new Load(this, () => get("/api/v1/members"));
 *   render() { return this.members.show((members) => html`…`, { failed: t("The members could not be loaded."), rows: 6 }); }
 *
 * It asks again when the server is back after a failure, when somebody returns to a tab left for a while, and after
 * events whose types begin with one of `on` (["member."]). What is on the screen stays there meanwhile.
 */
import { html } from "lit";
import { ApiError, get, request } from "../api.js";
import { t } from "../i18n.js";
import { ledger, onLive } from "../replica.js";
import { wordsFor } from "./problems.js";
import "../elements/notice.js";

const STALE = 60_000; // ms
const SETTLE = 300; // ms: a burst of events asks once

export class Load {
  #turn = 0;

  constructor(host, fetch, { on = [] } = {}) {
    Object.assign(this, { host, fetch, on, value: undefined, error: null, at: 0 });
    host.addController(this);
  }

  hostConnected() {
    this.run();
    const stops = [onLive(() => this.error && this.run()), ledger.onEvent(({ type }) => this.heard(type))];
    this.stop = () => stops.forEach((stop) => stop());
    document.addEventListener("visibilitychange", this.returned);
  }

  hostDisconnected() {
    this.stop();
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.returned);
  }

  heard(type) {
    if (!this.on.some((beginning) => type.startsWith(beginning))) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.run(), SETTLE);
  }

  returned = () => {
    if (!document.hidden && Date.now() - this.at > STALE) this.run();
  };

  /** Asks (again). Of several at once the last one counts. */
  async run() {
    const turn = ++this.#turn;
    try {
      const value = await this.fetch();
      if (turn === this.#turn) Object.assign(this, { value, error: null, at: Date.now() });
    } catch (error) {
      if (turn === this.#turn) this.error = error;
    }
    this.host.requestUpdate();
  }

  /** The value is known here before the server is asked again: `change((value) => newer)`. */
  change(how) {
    this.value = how(this.value);
    this.host.requestUpdate();
  }

  show(draw, { failed, rows = 5 } = {}) {
    if (this.value === undefined) return this.error ? this.failure(failed) : html`<ui-skeleton rows=${rows}></ui-skeleton>`;
    return html`${this.error ? html`<ui-notice tone="warn">${t("This may be out of date.")} ${wordsFor(this.error)}
      <ui-button slot="actions" icon="rotate-cw" @click=${() => this.run()}>${t("Retry")}</ui-button></ui-notice>` : ""}${draw(this.value)}`;
  }

  failure(failed) {
    if (this.error instanceof ApiError && this.error.status === 403)
      return html`<ui-empty icon="lock" text=${t("Your role does not let you see this. Ask an owner or an admin of your organisation.")}></ui-empty>`;
    return html`<ui-error text=${failed ?? t("This could not be loaded.")} .error=${this.error} @retry=${() => this.run()}></ui-error>`;
  }
}

/** Every item of a list, page after page: for lists that a person reads as a whole. */
export async function everything(path, query) {
  const items = [];
  for (let cursor; ; ) {
    const page = await get(path, { limit: 100, ...query, cursor });
    items.push(...page.items);
    cursor = page.next;
    if (!cursor) return items;
  }
}

/** {value, tag}: the tag goes into If-Match, so that nobody's change is undone unseen. A proxy that compresses weakens it. */
export async function tagged(path, query) {
  const answer = await request("GET", path, { query });
  return { value: await answer.json(), tag: answer.headers.get("ETag")?.replace(/^W\//, "") };
}
