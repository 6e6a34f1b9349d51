/** Two soft notes, made here: no file to fetch. Of several open tabs one sounds. */
let context;

export async function sound(id) {
  await navigator.locks.request(`inbox-sound-${id}`, { ifAvailable: true }, async (lock) => {
    if (!lock) return;
    play();
    await new Promise((done) => { setTimeout(done, 2_000); });
  });
}

/** A browser lets a page sound only after somebody has touched it; before, it stays silent. */
function play() {
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume();
  [[660, 0], [880, 0.12]].forEach(([pitch, after]) => {
    const [tone, volume] = [context.createOscillator(), context.createGain()];
    const from = context.currentTime + after;
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.0001, from);
    volume.gain.exponentialRampToValueAtTime(0.12, from + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, from + 0.25);
    tone.connect(volume).connect(context.destination);
    tone.start(from);
    tone.stop(from + 0.3);
  });
}
