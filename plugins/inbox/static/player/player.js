/**
 * The one sound of this page. It lives beside the thread, so that it plays on while bubbles come and go, another
 * conversation is read, or another page is shown. Fires "change" when what is heard changes, "tick" while it goes on.
 */
import { bring, can, storageKey, t, toast } from "@comptoir/sdk";
import { ledger } from "@comptoir/sdk/ledger.js";
import { address, fileOf, stored } from "../files.js";

const SPEEDS = [1, 1.5, 2];
const REMEMBERED = 500; // voices that somebody has heard

class Player extends EventTarget {
  audio = new Audio();
  message = null;

  constructor() {
    super();
    const { audio } = this;
    audio.preload = "auto";
    for (const name of ["play", "pause", "loadedmetadata", "ratechange", "waiting", "playing"]) audio.addEventListener(name, () => this.changed());
    audio.addEventListener("timeupdate", () => this.dispatchEvent(new Event("tick")));
    audio.addEventListener("ended", () => this.ended());
    audio.addEventListener("error", () => this.message && audio.getAttribute("src") && this.failed());
    // A video that starts is listened to.
    document.addEventListener("play", ({ target }) => target !== audio && this.pause(), true);
  }

  get playing() {
    return Boolean(this.message) && !this.audio.paused;
  }

  /** Seconds of what is heard; what is known of it before the browser has read it. */
  get duration() {
    const { duration } = this.audio;
    return Number.isFinite(duration) && duration > 0 ? duration : (fileOf(this.message ?? { attachments: [] })?.duration ?? 0);
  }

  get position() {
    return this.audio.currentTime;
  }

  get speed() {
    return this.audio.playbackRate;
  }

  is(message) {
    return this.message?.id === message?.id;
  }

  toggle(message = this.message) {
    if (!message) return;
    if (!this.is(message)) this.play(message);
    else if (this.audio.paused) this.start();
    else this.audio.pause();
  }

  play(message) {
    const speed = this.message ? this.audio.playbackRate : 1;
    this.message = message;
    this.audio.src = address(fileOf(message));
    this.audio.defaultPlaybackRate = speed;
    this.audio.playbackRate = speed;
    this.start();
    this.describe();
    remember(message.id);
    if (!this.bar) this.bar = bring(import.meta, "./bar.js").then(({ show }) => show());
    this.changed();
  }

  start() {
    this.audio.play().catch((error) => error.name !== "AbortError" && error.name !== "NotSupportedError" && this.failed());
  }

  pause() {
    this.audio.pause();
  }

  /** To a share of it, from 0 to 1. */
  seek(share) {
    this.audio.currentTime = Math.min(Math.max(share, 0), 1) * this.duration;
    this.dispatchEvent(new Event("tick"));
  }

  faster() {
    const speed = SPEEDS[(SPEEDS.indexOf(this.speed) + 1) % SPEEDS.length];
    this.audio.defaultPlaybackRate = speed;
    this.audio.playbackRate = speed;
  }

  stop() {
    this.audio.pause();
    this.audio.removeAttribute("src");
    this.audio.load();
    this.message = null;
    this.changed();
  }

  ended() {
    const next = this.after(this.message);
    if (next) this.play(next);
    else this.stop();
  }

  /** The voice message right after it; what reacts to one stands between for nobody. */
  after({ id, conversation_id: conversation, attachments }) {
    if (!attachments[0]?.voice) return null;
    const messages = ledger.messages(conversation);
    const place = messages.findIndex((one) => one.id === id);
    if (place < 0) return null;
    const next = messages.slice(place + 1).find((one) => one.type !== "reaction");
    return next?.type === "audio" && !next.revoked_at && stored(next.attachments[0]) && next.attachments[0].voice ? next : null;
  }

  failed() {
    const { message } = this;
    this.stop();
    toast({ text: t("This sound could not be played here. Download it instead."), action: { label: t("Download"), run: () => window.open(address(fileOf(message)), "_blank", "noopener") } });
  }

  /** Keys of the keyboard and of headphones. */
  describe() {
    const { mediaSession } = navigator;
    if (!mediaSession || !window.MediaMetadata) return;
    const { author, participant, conversation_id: id } = this.message;
    const artist = participant?.name ?? author?.name ?? ledger.conversation(id)?.contact?.name ?? "";
    mediaSession.metadata = new MediaMetadata({ title: t("Voice message"), artist });
    const doings = { play: () => this.start(), pause: () => this.pause(), stop: () => this.stop() };
    for (const [name, run] of Object.entries(doings)) mediaSession.setActionHandler(name, run);
  }

  changed() {
    this.dispatchEvent(new Event("change"));
  }
}

const key = () => storageKey("inbox.heard");

function heardIds() {
  try {
    return JSON.parse(localStorage.getItem(key())) ?? [];
  } catch {
    return [];
  }
}

/** Whether this person has listened to a customer's voice here. */
export const heard = new Set(can("conversations.read") ? heardIds() : []);

function remember(id) {
  if (heard.has(id)) return;
  heard.add(id);
  localStorage.setItem(key(), JSON.stringify([...heard].slice(-REMEMBERED)));
}

export const player = new Player();
