/** Emojis by their names in any of the three languages, while a word begins with ":". */
import { html } from "lit";
import { t, tn } from "@comptoir/sdk";
import { WordList } from "../completion/word-list.js";
import { put } from "../typing.js";
import { search, tone, toned, used } from "./words.js";

const MOST = 8;

export class EmojiNames extends WordList {
  name = "emoji";
  label = t("Emoji");
  word = /(?:^|\s):([\p{L}\p{M}\p{N}_-]{2,30})$/u;
  found = [];

  get attributes() {
    return this.found.length ? super.attributes : null;
  }

  /** What is asked for late is not shown in the place of what is asked for now. */
  async asked(query) {
    const found = await search(query.replaceAll("_", " ")).catch(() => []);
    if (query !== this.query) return;
    Object.assign(this, { found: found.slice(0, MOST), told: query });
    this.host.requestUpdate();
  }

  /** Nothing of that name: no list stands in the way of words that only begin so. */
  render() {
    return this.found.length ? super.render() : "";
  }

  /** Whoever types on and presses Enter at once does not mean what an earlier word had found. */
  pressed(event) {
    return this.told === this.query && this.found.length > 0 && super.pressed(event);
  }

  take(one) {
    const { host, begun, end } = this;
    const emoji = toned(one, tone());
    this.close({ quietly: true });
    this.found = [];
    used(emoji);
    put(host.field, begun, end, emoji);
  }

  head(found) {
    return html`<span class="sr" role="status">${tn("{n} found", "{n} found", found.length)}</span>`;
  }

  row({ emoji, name, toned: takes }) {
    return html`<span class="rtop"><span>${toned({ emoji, toned: takes }, tone())}</span><span class="cut rtitle" dir="auto">${name}</span></span>`;
  }
}
