/** The notes of one conversation, beside its messages: as far back as the messages that are loaded, and live. */
import { ApiError, get } from "@comptoir/sdk";
import { onLive, onTopic } from "@comptoir/sdk/ledger.js";
import { Beside } from "../beside.js";

const BASE = "/api/v1/p/inbox";

export class NotesOf extends Beside {
  constructor(conversationId, changed) {
    super(`${BASE}/conversations/${conversationId}/notes`, "created_at", changed);
    this.stops = [onTopic("inbox.notes", (told) => told.conversation === conversationId && this.heard(told.note)), onLive(() => this.again())];
  }

  /** What somebody, or this person here, wrote, changed or took away. */
  take(note) {
    this.put(note);
    this.changed();
  }

  drop(id) {
    this.known.delete(id);
    this.changed();
  }

  async heard(id) {
    try {
      this.take(await get(`${BASE}/notes/${id}`));
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) this.drop(id);
      else this.again();
    }
  }
}
