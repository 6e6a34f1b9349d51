/** Badges in rows of conversations: plugins answer with data for many rows at once, and load nothing into the list. */
import { ApiError, Unreachable, get } from "../api.js";
import { t } from "../i18n.js";
import { BUDGET, lateness, listen, panelsIn, report } from "../plugins.js";
import { onLive } from "../replica.js";

const MOST = 50; // rows in one request
const GATHER = 30; // ms
const REST = 60_000; // ms until a plugin that failed is asked again by itself
const TONES = new Set(["", "ok", "warn", "bad", "info"]);

/** `badges.of(conversation)` is the badge of its row, or null; what is not known is asked for, then `changed()` runs. */
export class Badges {
  constructor(changed) {
    Object.assign(this, { changed, known: new Map(), waiting: new Map(), failed: new Map(), contacts: new Map(), generation: 0 });
    this.panels = panelsIn("list.row.badge");
    this.stops = this.panels.map((panel) => listen(panel, () => this.again()));
    this.stops.push(onLive(() => [...this.failed.values()].some(({ error }) => error instanceof Unreachable) && this.again()));
  }

  stop() {
    clearTimeout(this.timer);
    clearTimeout(this.rest);
    for (const stop of this.stops) stop();
  }

  /** The first plugin that has something to say: a second badge would leave no room for the words of the row. */
  of({ id, contact }) {
    if (!this.panels.length) return null;
    this.contacts.set(id, contact?.id ?? "");
    const known = this.known.get(id);
    if (known?.generation !== this.generation) this.ask(id);
    const told = this.panels.map((panel) => known?.badges.get(panel)?.badge).filter(Boolean);
    return told.length ? told[0] : null;
  }

  again() {
    clearTimeout(this.rest);
    this.generation += 1;
    this.failed.clear();
    this.changed();
  }

  ask(id) {
    if (this.waiting.get(id) === this.generation) return;
    this.waiting.set(id, this.generation);
    this.timer ??= setTimeout(() => this.fetch(), GATHER);
  }

  fetch() {
    this.timer = null;
    const { generation } = this;
    const ids = [...this.waiting].filter(([id, asked]) => asked === generation && this.known.get(id)?.generation !== generation).map(([id]) => id);
    for (const id of ids) this.known.set(id, { generation, badges: this.known.get(id)?.badges ?? new Map() });
    for (let at = 0; at < ids.length; at += MOST) for (const panel of this.panels) this.load(panel, ids.slice(at, at + MOST), generation);
  }

  /** What was asked before the news may come after it: it is then neither drawn nor held against the plugin. */
  async load(panel, ids, generation) {
    if (Date.now() < (this.failed.get(panel)?.until ?? 0)) return;
    try {
      const told = await get(`/api/v1/p/${panel.plugin}/data/${panel.data}`, { conversations: ids.join(","), contacts: ids.map((id) => this.contacts.get(id)).join(",") }, { timeout: BUDGET });
      for (const id of ids) this.take(panel, id, { badge: checked(told, id), generation });
      if (generation === this.generation) this.failed.delete(panel);
    } catch (error) {
      if (generation === this.generation) this.broke(panel, lateness(error));
    }
    this.changed();
  }

  take(panel, id, fresh) {
    const { badges } = this.known.get(id) ?? {};
    if (badges && !(badges.get(panel)?.generation > fresh.generation)) badges.set(panel, fresh);
  }

  broke(panel, error) {
    console[error instanceof Unreachable ? "info" : "warn"](`badge ${panel.plugin}.${panel.name}`, error);
    this.failed.set(panel, { until: Date.now() + REST, error });
    clearTimeout(this.rest);
    this.rest = setTimeout(() => this.again(), REST);
    if (!(error instanceof ApiError || error instanceof Unreachable)) report(panel, error);
  }
}

function checked(told, id) {
  if (!told || typeof told !== "object" || Array.isArray(told)) throw new Error(t("It answered what cannot be drawn as {kind}.", { kind: "badge" }));
  const badge = told[id];
  if (!badge) return null;
  if (typeof badge.text !== "string" || !TONES.has(badge.tone ?? "")) throw new Error(t("It answered what cannot be drawn as {kind}.", { kind: "badge" }));
  return badge;
}
