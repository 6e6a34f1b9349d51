/** Addresses of mail, out of whatever was pasted: lines, commas, semicolons, "Name <address>". */

const PLAUSIBLE = /^[^\s@<>",;]+@[^\s@<>",;]+\.[^\s@<>",;.]{2,}$/;

/** {good: [address], bad: [what is none]}: in order, each once, in small letters. */
export function addressesIn(text) {
  const found = pieces(text).map((piece) => piece.toLowerCase());
  const once = [...new Set(found)];
  return { good: once.filter((one) => PLAUSIBLE.test(one)), bad: once.filter((one) => !PLAUSIBLE.test(one)) };
}

/** In “Salma Idrissi <salma@atlas.ma>” the name is no address; alone, a word without @ is a mistake worth showing. */
function pieces(text) {
  return text.split(/[\n,;]+/).flatMap((part) => part.match(/<([^>]*)>/)?.[1] ?? part.trim().split(/\s+/)).map((one) => one.trim().replace(/^["'(]+|["').]+$/g, "")).filter(Boolean);
}
