/** From message to message by keyboard, and the menu of one by key or by a long press. */
const LONG = 500; // ms
const SLIP = 10; // px that a finger may move meanwhile

export class Focus {
  key = null;
  inside = false;
  hot = null; // the row under the pointer

  /** `host` has rows, virtual, renderRoot, replyTo(row). */
  constructor(host) {
    this.host = host;
  }

  get index() {
    return this.key === null ? -1 : this.host.rows.findIndex((row) => row.kind === "message" && row.key === this.key);
  }

  /** Keeps the focused one on the page however far one scrolls. */
  range = ({ startIndex, endIndex, overscan, count }) => {
    const from = Math.max(startIndex - overscan, 0);
    const to = Math.min(endIndex + overscan, count - 1);
    const shown = Array.from({ length: Math.max(to - from + 1, 0) }, (_, index) => from + index);
    const kept = this.inside ? this.index : -1;
    if (kept < 0 || (kept >= from && kept <= to)) return shown;
    return kept < from ? [kept, ...shown] : [...shown, kept];
  };

  came = ({ target }) => {
    const row = target.closest?.("[data-index]");
    this.inside = Boolean(row);
    if (!row) return;
    this.key = this.host.rows[Number(row.dataset.index)]?.key ?? null;
    this.host.requestUpdate();
  };

  /** Whether what can be done with this one is to be seen. */
  holds(key) {
    return key === this.hot || (this.inside && key === this.key);
  }

  over = ({ target, pointerType }) => {
    if (pointerType === "touch") return;
    const row = target.closest?.("[data-index]");
    this.point(row ? (this.host.rows[Number(row.dataset.index)]?.key ?? null) : this.hot);
  };

  away = () => this.point(null);

  point(key) {
    if (key === this.hot) return;
    this.hot = key;
    this.host.requestUpdate();
  }

  left = ({ relatedTarget }) => {
    if (relatedTarget?.closest?.("[data-index]")) return;
    this.inside = false;
    this.host.requestUpdate();
  };

  pressed = (event) => {
    const bubble = event.target.closest?.(".m");
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (!bubble) return this.enter(event);
    if (event.target !== bubble) {
      if (event.key === "Escape") this.done(event, () => bubble.focus());
      return;
    }
    const menu = event.key === "Enter" || event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey);
    if (menu) this.done(event, () => this.menu(bubble));
    else if (event.key === "r" || event.code === "KeyR") this.done(event, () => this.host.replyTo(this.host.rows[this.index]));
    else if (event.key === "ArrowUp") this.done(event, () => this.step(-1));
    else if (event.key === "ArrowDown") this.done(event, () => this.step(1));
    else if (event.key === "Home") this.done(event, () => this.to(0, 1));
    else if (event.key === "End") this.done(event, () => this.to(this.host.rows.length - 1, -1));
  };

  /** From the thread itself into its newest message. */
  enter(event) {
    if (event.key !== "ArrowUp" || !event.target.matches?.(".scroll")) return;
    const shown = this.host.virtual.items.map(({ index }) => index);
    this.done(event, () => this.to(this.index >= 0 && shown.includes(this.index) ? this.index : this.lowest(), -1));
  }

  /** The last row in sight. */
  lowest() {
    const scroll = this.host.renderRoot.querySelector(".scroll");
    const end = scroll.scrollTop + scroll.clientHeight;
    return this.host.virtual.items.findLast(({ start, size }) => start + size / 2 < end)?.index ?? this.host.rows.length - 1;
  }

  done(event, run) {
    event.preventDefault();
    event.stopPropagation();
    run();
  }

  step(by) {
    this.to(this.index + by, by);
  }

  /** The nearest message from there on, in that direction. */
  async to(index, by) {
    const { rows, virtual } = this.host;
    let next = index;
    while (rows[next] && rows[next].kind !== "message") next += by;
    if (!rows[next]) return;
    this.key = rows[next].key;
    this.inside = true;
    this.host.pinned = false;
    virtual.virtualizer.scrollToIndex(next, { align: "auto" });
    this.host.requestUpdate();
    await this.host.updateComplete;
    this.host.renderRoot.querySelector(`[data-index="${this.index}"] .m`)?.focus({ preventScroll: true });
  }

  async menu(bubble) {
    bubble.focus({ preventScroll: true });
    await this.host.updateComplete;
    bubble.querySelector("ui-menu.more")?.toggle();
  }

  down = (event) => {
    this.release();
    const bubble = event.pointerType === "touch" && event.target.closest?.(".m");
    if (!bubble || event.target.closest?.("[role=slider]")) return;
    this.from = { x: event.clientX, y: event.clientY };
    this.timer = setTimeout(() => { this.held = true; this.menu(bubble); }, LONG);
  };

  moved = (event) => {
    if (this.from && Math.hypot(event.clientX - this.from.x, event.clientY - this.from.y) > SLIP) this.release();
  };

  release = () => {
    clearTimeout(this.timer);
    this.from = null;
  };

  /** A long press opens our menu and not the browser's, and presses nothing when it ends. */
  native = (event) => {
    if (this.held || this.from) event.preventDefault();
  };

  clicked = (event) => {
    if (!this.held) return;
    this.held = false;
    event.preventDefault();
    event.stopPropagation();
  };
}
