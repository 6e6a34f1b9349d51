/** Whom a note can call, found by a few letters of any script, and found again in what was written. */
import { me, members, teams } from "@comptoir/sdk";

const MOST = 8;
const LONGEST = 40; // letters of a name after the @

/** Without accents, vowel signs and the different forms of one Arabic letter. */
const plain = (text) => text.normalize("NFKD").replace(/[\p{M}\u0640]/gu, "").replace(/[أإآٱ]/g, "ا").replace(/ى/g, "ي").replace(/ة/g, "ه").toLowerCase();

const everybody = () => [
  ...members.map(({ id, name }) => ({ kind: "member", id, name })),
  ...teams.map(({ id, name }) => ({ kind: "team", id, name })),
];

/** {from, query} of the name that is being written at the caret, or null. */
export function asked(text, caret) {
  const from = text.lastIndexOf("@", caret - 1);
  if (from < 0 || (from > 0 && !/[\s(]/u.test(text[from - 1]))) return null;
  const query = text.slice(from + 1, caret);
  return query.length > LONGEST || query.includes("\n") ? null : { from, query };
}

/** Those with a word that begins so; oneself last. */
export function matching(query) {
  const wanted = plain(query.trim());
  const found = everybody().filter(({ name }) => plain(name).startsWith(wanted) || plain(name).split(/\s+/u).some((word) => word.startsWith(wanted)));
  return found.sort((a, b) => Number(a.id === me.id) - Number(b.id === me.id)).slice(0, MOST);
}

/** Those whom these words name as "@name"; of several who are called alike, the one that was chosen from the list. */
export function calledIn(text, chosen) {
  const found = new Map();
  let left = text;
  for (const one of [...chosen, ...everybody()].sort((a, b) => b.name.length - a.name.length)) {
    const word = `@${one.name}`;
    if (!left.includes(word)) continue;
    left = left.split(word).join("@");
    found.set(`${one.kind} ${one.id}`, { kind: one.kind, id: one.id });
  }
  return [...found.values()];
}

/** The words of a note in pieces: {text}, {link} and {called}. */
export function piecesOf({ body, mentions }) {
  const names = mentions.map((one) => ({ ...one, word: `@${one.name}` })).sort((a, b) => b.word.length - a.word.length);
  const escaped = names.map(({ word }) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const pattern = new RegExp(`(${[...escaped, "https?:\\/\\/[^\\s<>\"']+[^\\s<>\"'.,;:!?)\\]]"].join("|")})`, "u");
  return body.split(pattern).filter(Boolean).map((part) => {
    const called = names.find(({ word }) => word === part);
    if (called) return { called };
    return /^https?:\/\//.test(part) ? { link: part } : { text: part };
  });
}
