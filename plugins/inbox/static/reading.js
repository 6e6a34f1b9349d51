import { put } from "@comptoir/sdk";
import { ledger } from "@comptoir/sdk/ledger.js";

const AGAIN = 10_000; // ms after which what could not be told is told once more

/** Read means: open here with its newest messages, and the page in front of somebody. */
export class Reading {
  told = ""; // the conversation and the version of it that was said to be read

  /** `selected()` is the id of what is open. */
  constructor(selected) {
    this.selected = selected;
  }

  /** What was told before counts no more: somebody came back, or the server did. */
  anew() {
    this.told = "";
  }

  async mark() {
    const id = this.selected();
    const conversation = id && ledger.conversation(id);
    if (!conversation?.unread || !ledger.atNewest(id) || document.hidden) return;
    const state = `${id} ${conversation.version}`;
    if (this.told === state) return;
    this.told = state;
    try {
      const read = await put(`/api/v1/conversations/${id}/read`, {});
      ledger.apply({ type: "conversation.updated", data: { conversation: read } });
    } catch (error) {
      console.info("not marked read, tried again:", error.message);
      setTimeout(() => { this.anew(); this.mark(); }, AGAIN);
    }
  }
}
