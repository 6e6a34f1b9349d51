/** What a composer offers while one writes: each kind is fetched when its sign is first typed. */
import { bring } from "@comptoir/sdk";

const KINDS = [
  ["/", () => bring(import.meta, "../quick-replies/completion.js").then(({ Replies }) => Replies)],
  [":", () => bring(import.meta, "../emoji/completion.js").then(({ EmojiNames }) => EmojiNames)],
];

export class Completions {
  #lists = new Map();

  constructor(host) {
    this.host = host;
  }

  get open() {
    return [...this.#lists.values()].find((list) => list.open);
  }

  async look() {
    for (const [sign, load] of KINDS) {
      if (!this.#lists.has(sign) && !this.host.field?.value.includes(sign)) continue;
      const Kind = await load();
      if (!this.host.field) return;
      if (!this.#lists.has(sign)) this.#lists.set(sign, new Kind(this.host));
      this.#lists.get(sign).look();
    }
  }

  pressed(event) {
    return this.open?.pressed(event) ?? false;
  }

  close() {
    this.open?.close();
  }
}
