/** The contacts known here: pages of the server by name, kept fresh by events. */
import { get } from "@comptoir/sdk";
import { ledger } from "@comptoir/sdk/ledger.js";

const PAGE = 100;
const byName = (a, b) => a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1);

export class Book {
  constructor(query) {
    Object.assign(this, { query, ids: [], next: null, loaded: false, loading: null, error: null, hidden: new Set() });
  }

  more() {
    if (this.loading || (this.loaded && !this.next)) return this.loading;
    this.error = null;
    this.loading = this.fetch().catch((error) => { this.error = error; }).finally(() => { this.loading = null; });
    return this.loading;
  }

  async fetch() {
    const page = await get("/api/v1/contacts", { q: this.query, limit: PAGE, cursor: this.next });
    ledger.apply({ type: "fetched.contacts", data: { items: page.items } });
    const known = new Set(this.ids);
    this.ids.push(...page.items.map((contact) => contact.id).filter((id) => !known.has(id)));
    Object.assign(this, { next: page.next, loaded: true });
  }

  /** A contact that an event tells of takes its place by name, unless a later page will bring it. */
  heard(id) {
    const contact = ledger.state.contacts.get(id);
    if (!contact || this.query || !this.loaded || this.ids.includes(id)) return;
    const index = this.ids.findIndex((other) => byName(contact, ledger.state.contacts.get(other) ?? contact) < 0);
    if (index >= 0) this.ids.splice(index, 0, id);
    else if (!this.next) this.ids.push(id);
  }

  rows() {
    return this.ids.filter((id) => !this.hidden.has(id)).map((id) => ledger.state.contacts.get(id)).filter(Boolean);
  }
}
