/** The document's own words: paragraphs, **strong**, `code`; and JSON with its parts told apart. */
import { html } from "lit";

const INLINE = /\*\*([^*]+)\*\*|`([^`]+)`/g;
const JSON_PARTS = /("(?:\\.|[^"\\])*")(\s*:)?|\b(true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

export const prose = (text) => (text ?? "").split(/\n{2,}/).filter(Boolean).map((paragraph) => html`<p>${inline(paragraph)}</p>`);

export function inline(text) {
  return pieces(text, INLINE, ([whole, strong, code]) => strong ? html`<strong>${strong}</strong>` : code ? html`<code>${code}</code>` : whole);
}

export function json(value) {
  return pieces(JSON.stringify(value, null, 2) ?? "", JSON_PARTS, ([whole, string, colon, word]) => {
    if (colon) return html`<span class="key">${string}</span>${colon}`;
    if (string) return html`<span class="string">${string}</span>`;
    return html`<span class=${word ? "word" : "number"}>${whole}</span>`;
  });
}

function pieces(text, pattern, shown) {
  const found = [];
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    found.push(text.slice(at, match.index), shown(match));
    at = match.index + match[0].length;
  }
  return [...found, text.slice(at)];
}
