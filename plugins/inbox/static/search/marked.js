/** A text with its hits marked. `ranges` count characters as the server does: code points, not the halves that emoji are made of here. */
import { html } from "lit";

export function marked({ text, ranges }) {
  const letters = Array.from(text);
  const pieces = [];
  let at = 0;
  for (const [begins, ends] of ranges) {
    pieces.push(letters.slice(at, begins).join(""), html`<mark>${letters.slice(begins, ends).join("")}</mark>`);
    at = ends;
  }
  return [...pieces, letters.slice(at).join("")];
}
