/** Saved views: one's own and those of the organisation, as they are now, wherever they were changed. */
import { get, patch, post, remove, t, toast } from "@comptoir/sdk";
import { onLive, onTopic } from "@comptoir/sdk/ledger.js";
import { wordsFor } from "@comptoir/sdk/problems.js";

const BASE = "/api/v1/p/inbox/views";

export class Views {
  items = [];

  constructor(changed) {
    this.changed = changed;
    this.stops = [onTopic("inbox.views", () => this.load()), onLive(() => this.load())];
  }

  stop() {
    for (const stop of this.stops) stop();
  }

  async load() {
    const told = await get(BASE).catch(() => null); // asked again when the server is back
    if (!told || JSON.stringify(told.items) === JSON.stringify(this.items)) return;
    this.items = told.items;
    this.changed();
  }

  find(id) {
    return this.items.find((view) => view.id === id);
  }

  /** Makes or changes one; throws what the server said. */
  async save(id, body) {
    const view = id ? await patch(`${BASE}/${id}`, body) : await post(BASE, body);
    await this.load();
    return view;
  }

  /** Gone at once, and back at a press: it is made again as it was. */
  async remove(view) {
    try {
      await remove(`${BASE}/${view.id}`);
      await this.load();
      const { name, filter, sort, shared, colour, icon, position } = view;
      toast({ text: t("View deleted."), action: { label: t("Undo"), run: () => this.save(null, { name, filter, sort, shared, colour, icon, position }).catch((error) => toast({ text: wordsFor(error) })) } });
    } catch (error) {
      toast({ text: wordsFor(error) });
    }
  }
}
