/** A few notes, made here: no file to fetch. Of several open tabs one sounds. */
import { t } from "@comptoir/sdk";

/** [pitch in Hz, or from one to another; after how many seconds; for how many; as what wave]. */
const TUNES = {
  chime: [[660, 0, 0.25, "sine"], [880, 0.12, 0.25, "sine"]],
  drop: [[[980, 420], 0, 0.16, "sine"], [[1180, 560], 0.14, 0.16, "sine"]],
  bell: [[1318, 0, 0.9, "triangle"], [1976, 0, 0.5, "sine"]],
};

/** [[name, words]] of those there are. */
export const tunes = () => [["chime", t("Soft chime")], ["drop", t("Drop")], ["bell", t("Bell")]];

let context;

export async function sound(id, tune) {
  await navigator.locks.request(`inbox-sound-${id}`, { ifAvailable: true }, async (lock) => {
    if (!lock) return;
    play(TUNES[tune] ?? TUNES.chime);
    await new Promise((done) => { setTimeout(done, 2_000); });
  });
}

/** A browser lets a page sound only after somebody has touched it; before, it stays silent. */
function play(notes) {
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume();
  for (const note of notes) strike(...note);
}

function strike(pitch, after, lasting, wave) {
  const [tone, volume] = [context.createOscillator(), context.createGain()];
  const from = context.currentTime + after;
  const [first, last] = [pitch].flat();
  tone.type = wave;
  tone.frequency.setValueAtTime(first, from);
  if (last) tone.frequency.exponentialRampToValueAtTime(last, from + lasting);
  volume.gain.setValueAtTime(0.0001, from);
  volume.gain.exponentialRampToValueAtTime(0.12, from + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, from + lasting);
  tone.connect(volume).connect(context.destination);
  tone.start(from);
  tone.stop(from + lasting + 0.05);
}
