/** A list over the line where one writes, for the word that is begun there. Part of a composer; each kind says what it finds. */
import { html, nothing } from "lit";
import { completionStyles } from "./styles.js";

/** A kind has `name` (of its list), `label`, `word` (a pattern: the query is its group), `found`, `row(one)`, `take(one)`. */
export class WordList {
  constructor(host) {
    Object.assign(this, { host, open: false, active: 0, query: "" });
    const { renderRoot: root } = host;
    if (!root.adoptedStyleSheets.includes(completionStyles.styleSheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, completionStyles.styleSheet];
  }

  /** For the field: which list it moves through, and where it stands. */
  get attributes() {
    if (!this.open) return null;
    return { controls: this.name, active: this.found.length ? `${this.name}-${this.active}` : null };
  }

  /** Looks at the word before the cursor. */
  look() {
    const { field } = this.host;
    const at = field.selectionStart;
    const word = at === field.selectionEnd ? this.word.exec(field.value.slice(0, at)) : null;
    const begun = word && at - word[1].length - 1;
    if (!word || this.left === begun) return word ? undefined : this.close({ quietly: true });
    const changed = word[1] !== this.query || !this.open;
    Object.assign(this, { query: word[1], open: true, begun, end: at });
    if (changed) {
      this.active = 0;
      this.asked?.(this.query);
    }
    return this.host.requestUpdate();
  }

  /** `quietly`: the word is gone, another one may begin at the same place. */
  close({ quietly = false } = {}) {
    if (quietly) this.left = null;
    if (!this.open) return;
    this.open = false;
    this.host.requestUpdate();
  }

  /** True for a key that was the list's. */
  pressed(event) {
    const { found } = this;
    if (!this.open || event.ctrlKey || event.metaKey || event.altKey) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.length) this.go((this.active + step + found.length) % found.length);
    else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey && found[this.active]) this.take(found[this.active]);
    else if (event.key === "Escape") {
      this.left = this.begun;
      this.close();
    } else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  async go(index) {
    this.active = index;
    this.host.requestUpdate();
    await this.host.updateComplete;
    this.host.renderRoot.querySelector(`#${this.name}-${index}`)?.scrollIntoView({ block: "nearest" });
  }

  render() {
    if (!this.open) return nothing;
    const { found } = this;
    return html`<div class="replies" @mousedown=${(event) => event.preventDefault()}>${this.head(found)}
      <div class="rlist" role="listbox" id=${this.name} aria-label=${this.label}>${found.map((one, index) => html`<div class="reply-row ${index === this.active ? "active" : ""}" role="option" id=${`${this.name}-${index}`} aria-selected=${String(index === this.active)} @click=${() => this.take(one)}>${this.row(one)}</div>`)}</div>
      ${found.length ? nothing : html`<p class="rnone">${this.emptiness()}</p>`}</div>`;
  }
}
