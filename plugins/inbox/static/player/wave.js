/** The wave of a sound as bars around the middle, the loudest as high as the picture. */
import { svg } from "lit";

const BARS = 40;
const HEIGHT = 26;

/** `share` of them is heard. Where nobody measured the sound, a line. */
export function wave(peaks, share) {
  const shown = peaks?.length ? narrowed(peaks) : Array.from({ length: BARS }, () => 8);
  return svg`<svg viewBox="0 0 ${BARS * 4} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">${shown.map((peak, at) => {
    const height = Math.max(3, (peak / 100) * HEIGHT);
    return svg`<rect class=${(at + 0.5) / BARS <= share ? "heard" : ""} x=${at * 4} y=${(HEIGHT - height) / 2} width="2.5" height=${height} rx="1.25"></rect>`;
  })}</svg>`;
}

function narrowed(peaks) {
  return Array.from({ length: BARS }, (_, bar) => {
    const from = Math.floor((bar * peaks.length) / BARS);
    const to = Math.max(from + 1, Math.floor(((bar + 1) * peaks.length) / BARS));
    return Math.max(...peaks.slice(from, to));
  });
}
