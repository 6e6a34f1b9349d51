/** What colleagues and rules did with one conversation, and what opened it again, beside its messages, and live. */
import { get } from "@comptoir/sdk";
import { ledger, onLive } from "@comptoir/sdk/ledger.js";
import { Beside } from "../beside.js";

const SOON = 150; // ms: of a change of several things one answer tells
const LATEST = 20;
const CHANGES = ["open", "snoozed", "woken", "labels"];

const tells = ({ type, data }) => ["conversation.assigned", "conversation.moved", "conversation.closed", "conversation.opened"].includes(type)
  || (type === "conversation.updated" && CHANGES.includes(data.change));

export class ActsOf extends Beside {
  constructor(conversationId, changed) {
    super(`/api/v1/conversations/${conversationId}/acts`, "at", changed);
    const heard = (event) => event.data?.conversation?.id === conversationId && tells(event) && this.hear();
    this.stops = [ledger.onEvent(heard), onLive(() => this.again()), () => clearTimeout(this.soon)];
  }

  hear() {
    clearTimeout(this.soon);
    this.soon = setTimeout(() => this.latest(), SOON);
  }

  /** The thread is whole without: what cannot be asked for now comes when the server is back. */
  async latest() {
    try {
      for (const act of (await get(this.path, { limit: LATEST })).items) if (!this.known.has(act.id)) this.put(act);
      this.changed();
    } catch (error) {
      console.info("what was done with this conversation is not known:", error.message);
    }
  }
}
