/** A recording in the making: what the microphone hears, how loud it is, and for how long. Fires "level", "full" and "lost". */

export const LONGEST = 5 * 60_000; // ms: what WhatsApp still shows as a voice message
const TYPES = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4;codecs=opus", "audio/mp4"];
const SLICE = 1_000; // ms

export class Microphone extends EventTarget {
  #pieces = [];
  #before = 0;
  #since = null;

  /** Rejects as getUserMedia does: NotAllowedError, NotFoundError, NotReadableError, … */
  async start() {
    this.stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true } });
    this.type = TYPES.find((one) => MediaRecorder.isTypeSupported(one));
    this.recorder = new MediaRecorder(this.stream, { ...(this.type ? { mimeType: this.type } : {}), audioBitsPerSecond: 32_000 });
    this.recorder.addEventListener("dataavailable", ({ data }) => data.size && this.#pieces.push(data));
    this.stream.getAudioTracks()[0].addEventListener("ended", () => this.#lost());
    this.#listen();
    this.recorder.start(SLICE);
    this.#since = performance.now();
  }

  get paused() {
    return this.recorder?.state === "paused";
  }

  get length() {
    return this.#before + (this.#since === null ? 0 : performance.now() - this.#since);
  }

  pause() {
    if (this.recorder?.state !== "recording") return;
    this.recorder.pause();
    this.#before = this.length;
    this.#since = null;
  }

  resume() {
    if (!this.paused) return;
    this.recorder.resume();
    this.#since = performance.now();
  }

  /** The recording; the microphone is free again. */
  async finish() {
    const { recorder } = this;
    this.#before = this.length;
    this.#since = null;
    if (recorder.state !== "inactive") {
      const stopped = new Promise((done) => recorder.addEventListener("stop", done, { once: true }));
      recorder.stop();
      await stopped;
    }
    this.release();
    return new Blob(this.#pieces, { type: (recorder.mimeType || this.type || "audio/webm").split(";")[0] });
  }

  release() {
    cancelAnimationFrame(this.frame);
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.audio?.close();
    this.audio = null;
  }

  #lost() {
    this.pause();
    this.dispatchEvent(new Event("lost"));
  }

  #listen() {
    this.audio = new AudioContext();
    const meter = this.audio.createAnalyser();
    meter.fftSize = 1024;
    this.audio.createMediaStreamSource(this.stream).connect(meter);
    const samples = new Float32Array(meter.fftSize);
    const look = () => {
      meter.getFloatTimeDomainData(samples);
      const loud = Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length);
      this.dispatchEvent(new CustomEvent("level", { detail: this.paused ? 0 : Math.min(1, loud * 4) }));
      if (this.length >= LONGEST) this.dispatchEvent(new Event("full"));
      this.frame = requestAnimationFrame(look);
    };
    look();
  }
}
