/** A long list of which only the visible rows exist. A Lit controller around @tanstack/virtual-core. */
import { Virtualizer, elementScroll, observeElementOffset, observeElementRect } from "@tanstack/virtual-core";

export class VirtualController {
  /** `options()` is asked on every update of the host: {count, getScrollElement, estimateSize, getItemKey, …}. */
  constructor(host, options) {
    this.host = host;
    this.options = options;
    this.measure = (node) => this.virtualizer?.measureElement(node ?? null);
    host.addController(this);
  }

  get items() {
    return this.virtualizer?.getVirtualItems() ?? [];
  }

  get size() {
    return this.virtualizer?.getTotalSize() ?? 0;
  }

  hostConnected() {
    this.virtualizer = new Virtualizer(this.complete());
    this.stop = this.virtualizer._didMount();
  }

  hostUpdate() {
    this.virtualizer.setOptions(this.complete());
  }

  hostUpdated() {
    this.virtualizer._willUpdate();
  }

  hostDisconnected() {
    this.stop?.();
  }

  complete() {
    return {
      observeElementRect, observeElementOffset, scrollToFn: elementScroll,
      onChange: () => this.host.requestUpdate(),
      ...this.options(),
    };
  }
}

/**
 * `getItemKey` of some rows, by their `key` or else their `id`. It is the same for the same rows: only for others does the
 * virtualizer go through all of them again.
 */
export function keysOf(rows) {
  if (!keys.has(rows)) keys.set(rows, (index) => rows[index]?.key ?? rows[index]?.id ?? index);
  return keys.get(rows);
}

const keys = new WeakMap();
