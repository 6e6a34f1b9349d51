/** Files may be let go anywhere over the conversation, not only where one writes. A Lit controller of the composer. */

const STILL = 200; // ms: the browser says every 50 ms that something is held over

export class Drops {
  over = false;

  constructor(host, take) {
    Object.assign(this, { host, take });
    host.addController(this);
  }

  hostConnected() {
    this.place = this.host.getRootNode().host ?? this.host;
    this.place.addEventListener("dragover", this.held);
    this.place.addEventListener("drop", this.dropped);
  }

  hostDisconnected() {
    this.place.removeEventListener("dragover", this.held);
    this.place.removeEventListener("drop", this.dropped);
    clearTimeout(this.timer);
  }

  held = (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.turn(false), STILL);
    this.turn(true);
  };

  dropped = (event) => {
    this.turn(false);
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    this.take([...event.dataTransfer.files]);
  };

  turn(over) {
    if (this.over === over) return;
    this.over = over;
    this.host.requestUpdate();
  }
}
