/**
 * The one WebSocket. It carries the event log from a cursor on: a closed socket, a sleeping laptop or a restarted
 * server cost a replay, never an event. Every frame says which one came before it; a mismatch means a gap.
 */

const FIRST_DELAY = 400;
const LONGEST_DELAY = 15_000;
const SILENCE = 60_000; // two missed pings and some
const SESSION_OVER = 4001;

export class Socket extends EventTarget {
  /** `on`: {before(socket)?, event(frame), reset(reason), topic(frame), session(ended)}. `before` is done before the first connection. */
  constructor(path, cursor, on) {
    super();
    Object.assign(this, { path, on });
    this.startAt(cursor);
    Object.assign(this, { state: "connecting", attempts: 0, gaps: 0, topics: new Set(), stopped: false });
    addEventListener("online", () => this.hurry());
    addEventListener("offline", () => this.socket?.close());
    document.addEventListener("visibilitychange", () => document.hidden || this.hurry());
  }

  get cursor() {
    return `${this.epoch}.${this.seq}`;
  }

  startAt(cursor) {
    const separator = cursor.lastIndexOf(".");
    Object.assign(this, { epoch: cursor.slice(0, separator), seq: Number(cursor.slice(separator + 1)), gaps: 0 });
  }

  async whenLive() {
    if (this.state !== "live") await new Promise((done) => { this.addEventListener("state", () => this.state === "live" && done()); });
  }

  connect() {
    clearTimeout(this.timer);
    if (this.on.before) this.prepare();
    else this.dial();
  }

  async prepare() {
    if (this.preparing) return;
    this.preparing = true;
    try {
      await this.on.before(this);
      this.on.before = null;
    } catch (error) {
      console.info("not connected yet:", error.message);
    }
    this.preparing = false;
    if (this.on.before) this.closed();
    else this.dial();
  }

  dial() {
    const url = new URL(this.path, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    url.searchParams.set("cursor", this.cursor);
    const socket = new WebSocket(url);
    this.socket = socket;
    socket.addEventListener("message", ({ data }) => this.socket === socket && this.receive(JSON.parse(data)));
    socket.addEventListener("close", ({ code }) => this.socket === socket && this.closed(code));
    this.watch();
  }

  receive(frame) {
    this.watch();
    FRAMES[frame.t]?.call(this, frame);
  }

  event(frame) {
    if (frame.seq <= this.seq) return;
    if (frame.prev !== this.seq && this.gap()) return;
    this.gaps = 0;
    this.seq = frame.seq;
    this.on.event(frame);
  }

  /** True when the frame must wait: ask for a replay from our cursor. A gap that stays is healed by fetching anew. */
  gap() {
    this.gaps += 1;
    if (this.gaps === 1) {
      this.reconnect();
      return true;
    }
    this.on.reset("gap");
    return false;
  }

  reconnect() {
    this.socket?.close();
    this.connect();
  }

  closed(code) {
    this.socket = null;
    clearTimeout(this.silence);
    if (this.stopped) return;
    this.become("offline");
    if (code === SESSION_OVER || this.attempts % 4 === 3) this.on.session(code === SESSION_OVER);
    const delay = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** this.attempts);
    this.attempts += 1;
    this.timer = setTimeout(() => this.connect(), delay * (0.5 + Math.random() / 2));
  }

  /** The network or the person is back: do not wait for the timer. */
  hurry() {
    if (this.socket || this.stopped) return;
    this.attempts = 0;
    this.connect();
  }

  /** A half-open connection stays silent for ever; the server pings every 25 s. */
  watch() {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.socket?.close(), SILENCE);
  }

  become(state) {
    if (this.state === state) return;
    this.state = state;
    this.dispatchEvent(new Event("state"));
  }

  send(frame) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  subscribe(topic) {
    this.topics.add(topic);
    this.send({ t: "subscribe", topic });
  }

  subscribeAll() {
    for (const topic of this.topics) this.send({ t: "subscribe", topic });
  }

  unsubscribe(topic) {
    this.topics.delete(topic);
    this.send({ t: "unsubscribe", topic });
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
    clearTimeout(this.silence);
    this.socket?.close();
  }
}

const FRAMES = {
  hello() {
    this.subscribeAll();
  },
  event(frame) {
    this.event(frame);
  },
  live() {
    this.attempts = 0;
    this.become("live");
  },
  /** In place of hello: this connection, too, begins without topics. */
  reset({ cursor, reason }) {
    this.subscribeAll();
    this.startAt(cursor);
    this.on.reset(reason);
  },
  topic(frame) {
    this.on.topic(frame);
  },
  ping() {
    this.send({ t: "pong" });
  },
};
