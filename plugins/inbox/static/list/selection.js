/** What is picked of a list, to be changed together. */
export const MOST = 200; // what the API takes at once

export class Selection {
  ids = new Set();
  last = null;

  get size() {
    return this.ids.size;
  }

  has(id) {
    return this.ids.has(id);
  }

  /** `order`: the ids as they stand; with `range` all from the one picked last. */
  toggle(id, order = [], range = false) {
    const [from, to] = [order.indexOf(this.last), order.indexOf(id)];
    if (range && from >= 0 && to >= 0) this.add(order.slice(Math.min(from, to), Math.max(from, to) + 1));
    else if (this.ids.delete(id)) this.last = null;
    else this.add([id]);
    if (this.ids.has(id)) this.last = id;
  }

  add(ids) {
    for (const id of ids) if (this.ids.size < MOST) this.ids.add(id);
  }

  /** What has left the list is picked no more: a colleague took it, and nobody sees any more that it would be changed. */
  keep(rows) {
    const here = new Set(rows.map(({ id }) => id));
    for (const id of this.ids) if (!here.has(id)) this.ids.delete(id);
  }

  clear() {
    this.ids.clear();
    this.last = null;
  }
}
