/** Emojis in their groups, found by what people call them in any of the three languages. */
import { locale, storageKey } from "@comptoir/sdk";
import { folded } from "../folding.js";

const LANGUAGES = ["ar", "fr", "en"];
const RECENT = storageKey("emojis");
const MOST_RECENT = 24;
const TONE = storageKey("emoji-tone");
export const TONES = ["", "🏻", "🏼", "🏽", "🏾", "🏿"];
const MOST_FOUND = 120;

const loaded = new Map();
const load = (language) => loaded.get(language) ?? loaded.set(language, import(`./data/${language}.js`).then(({ default: groups }) => groups)).get(language);

/** [[slug, [{emoji, name, toned}]]] in the reader's language. */
export async function groups() {
  return (await load(locale)).map(([slug, emojis]) => [slug, emojis.map(entry)]);
}

const entry = ([emoji, words, toned]) => ({ emoji, name: words.split("|")[0], toned: Boolean(toned) });

/** Best first: the name begins so, a word begins so, it stands somewhere. */
export async function search(query) {
  const wanted = folded(query.trim());
  const order = [locale, ...LANGUAGES.filter((one) => one !== locale)];
  const all = await Promise.all(order.map(async (language) => (await load(language)).flatMap(([, emojis]) => emojis)));
  const names = new Map(all[0].map((one) => [one[0], entry(one)]));
  const ranks = new Map();
  for (const emojis of all) for (const [emoji, words] of emojis) {
    const rank = rankOf(folded(words), wanted);
    if (rank < (ranks.get(emoji) ?? 3)) ranks.set(emoji, rank);
  }
  return [...ranks].sort(([, a], [, b]) => a - b).slice(0, MOST_FOUND).map(([emoji]) => names.get(emoji));
}

function rankOf(words, wanted) {
  if (words.startsWith(wanted)) return 0;
  const at = words.indexOf(wanted);
  if (at < 0) return 9;
  return /[\s|]/.test(words[at - 1]) ? 1 : 2;
}

/** The skin tone on every person of the emoji. */
export function toned({ emoji, toned: takes }, tone) {
  if (!takes || !tone) return emoji;
  return [...emoji].flatMap((point, at, all) => (all[at - 1] && point === "\uFE0F" && /\p{Emoji_Modifier_Base}/u.test(all[at - 1]) ? [] : /\p{Emoji_Modifier_Base}/u.test(point) ? [point, tone] : [point])).join("");
}

export const tone = () => TONES.find((one) => one === localStorage.getItem(TONE)) ?? "";
export const keepTone = (chosen) => localStorage.setItem(TONE, chosen);

export function recent() {
  try {
    const kept = JSON.parse(localStorage.getItem(RECENT));
    return Array.isArray(kept) ? kept.filter((one) => typeof one === "string") : [];
  } catch {
    return [];
  }
}

export function used(emoji) {
  localStorage.setItem(RECENT, JSON.stringify([emoji, ...recent().filter((one) => one !== emoji)].slice(0, MOST_RECENT)));
}
