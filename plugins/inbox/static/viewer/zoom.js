/** Zooming and moving a picture with wheel, keys, fingers; a swipe when it is not zoomed. */
const MOST = 6;
const SWIPE = 60; // px
const STEP = 1.4;

export class Zoom {
  scale = 1;
  x = 0;
  y = 0;
  pointers = new Map();

  /** `host.requestUpdate`, `host.swiped(direction)`: "next" to the left, "before" to the right, "away" down. */
  constructor(host) {
    this.host = host;
  }

  get style() {
    return `transform: translate(${this.x}px, ${this.y}px) scale(${this.scale})`;
  }

  reset() {
    Object.assign(this, { scale: 1, x: 0, y: 0 });
    this.pointers.clear();
    this.host.requestUpdate();
  }

  by(factor) {
    this.to(this.scale * factor);
  }

  closer = () => this.by(STEP);
  further = () => this.by(1 / STEP);

  to(scale) {
    this.scale = Math.min(Math.max(scale, 1), MOST);
    if (this.scale === 1) Object.assign(this, { x: 0, y: 0 });
    this.host.requestUpdate();
  }

  wheel = (event) => {
    event.preventDefault();
    this.by(event.deltaY < 0 ? 1.15 : 1 / 1.15);
  };

  twice = () => this.to(this.scale > 1 ? 1 : 2.5);

  down = (event) => {
    this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    event.currentTarget.setPointerCapture(event.pointerId);
    this.began = { x: event.clientX, y: event.clientY };
    if (this.pointers.size === 2) this.apart = this.distance();
  };

  move = (event) => {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (this.pointers.size === 2) {
      const apart = this.distance();
      this.by(apart / (this.apart || apart));
      this.apart = apart;
      this.began = null; // two fingers swipe nothing
    } else if (this.scale > 1) {
      this.x += event.clientX - before.x;
      this.y += event.clientY - before.y;
      this.host.requestUpdate();
    }
  };

  up = (event) => {
    if (!this.pointers.delete(event.pointerId) || !this.began || this.scale > 1) return;
    const across = event.clientX - this.began.x;
    const down = event.clientY - this.began.y;
    this.began = null;
    if (Math.abs(across) > SWIPE && Math.abs(across) > Math.abs(down)) this.host.swiped(across < 0 ? "left" : "right");
    else if (down > SWIPE * 1.5) this.host.swiped("away");
  };

  distance() {
    const [a, b] = [...this.pointers.values()];
    return Math.hypot(a.x - b.x, a.y - b.y);
  }
}
