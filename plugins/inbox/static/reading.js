import { put } from "@comptoir/sdk";
import { ledger } from "@comptoir/sdk/ledger.js";

/** Read means: open here with its newest messages, and the page in front of somebody. */
export class Reading {
  told = ""; // the conversation and the version of it that was said to be read

  async mark(id) {
    const conversation = id && ledger.conversation(id);
    if (!conversation?.unread || !ledger.atNewest(id) || document.hidden) return;
    const state = `${id} ${conversation.version}`;
    if (this.told === state) return;
    this.told = state;
    try {
      const read = await put(`/api/v1/conversations/${id}/read`, {});
      ledger.apply({ type: "conversation.updated", data: { conversation: read } });
    } catch (error) {
      console.info("not marked read, the next message tries again:", error.message);
    }
  }
}
