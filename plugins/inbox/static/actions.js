import { css, html, nothing } from "lit";
import { Panel, bindKeys, bootstrap, carryOut, define, icon, shortcuts, t, toast } from "@comptoir/sdk";
import { trayOf } from "./tray.js";
import { titleOf } from "./words.js";

/** What plugins offer to whoever writes: a button, or a menu of them. Asks for "compose-insert" and "compose-replace". */
class Actions extends Panel {
  static properties = { conversation: { attribute: false }, text: {}, window: {}, opened: { state: true } };
  static styles = [...Panel.styles, css`
    .ib { inline-size: 42px; block-size: 42px; }
    @media (pointer: coarse) { .ib { inline-size: 44px; block-size: 44px; } }
    @media (max-width: 760px) { .ib { inline-size: 44px; block-size: 44px; } }
  `];

  connectedCallback() {
    super.connectedCallback();
    const taken = new Set(shortcuts().map(({ key }) => key));
    const own = this.offered.filter(({ shortcut }) => shortcut && !taken.has(shortcut));
    this.cleanup(bindKeys(Object.fromEntries(own.map((action) => [action.shortcut, { label: action.title, run: () => this.begin(action) }]))));
  }

  get offered() {
    return bootstrap.ui.composer_actions.filter(({ window }) => window === "any" || window === this.window);
  }

  render() {
    const { offered } = this;
    const [first] = offered;
    if (!first) return nothing;
    return html`${offered.length === 1 ? html`<button class="ib" aria-label=${first.title} title=${first.title} @click=${() => this.begin(first)}>${icon(first.icon)}</button>` : this.menu(offered)}
      ${this.opened ? this.dialog() : nothing}`;
  }

  menu(offered) {
    const items = offered.map((action) => ({ label: action.title, icon: action.icon, run: () => this.begin(action) }));
    return html`<ui-menu .items=${items}><button class="ib" slot="trigger" aria-label=${t("What plugins offer")} title=${t("What plugins offer")}>${icon("zap")}</button></ui-menu>`;
  }

  dialog() {
    const about = { conversation: this.conversation, contact: this.conversation.contact, text: this.text };
    const leave = () => { this.opened = null; };
    return html`<ui-dialog open heading=${this.opened.title} @close=${leave} @compose-insert=${leave} @panel-close=${leave}><ui-panel .panel=${this.opened} .ctx=${about}></ui-panel></ui-dialog>`;
  }

  begin(action) {
    const { conversation } = this;
    if (action.post) carryOut(action, { conversation: conversation.id, text: this.text ?? "" }, (name, words) => (this.isConnected ? this.ask(name, words) : leave(action, conversation, words)));
    else this.opened = action;
  }

  ask(name, words) {
    this.dispatchEvent(new CustomEvent(`compose-${name}`, { bubbles: true, composed: true, detail: words }));
    return true;
  }
}

/** Whoever asked looks at something else meanwhile: the words wait where they were meant, and overwrite nothing unseen. */
function leave({ title }, conversation, words) {
  trayOf(conversation.id).leaveWords(words);
  toast({ text: t("{name}: the words wait in the conversation with {who}.", { name: title, who: titleOf(conversation) }) });
  return true;
}

define("inbox-actions", Actions);
