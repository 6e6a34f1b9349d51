/** Which key sends: Enter, or Ctrl+Enter for those who write long answers. Kept for each person on this device. */
import { storageKey } from "@comptoir/sdk";

const KEY = storageKey("inbox.sending-key");

export const enterSends = () => localStorage.getItem(KEY) !== "ctrl";

export function turnEnter(sends) {
  localStorage.setItem(KEY, sends ? "enter" : "ctrl");
}

/** Ctrl+Enter and ⌘+Enter send in any case. */
export function sendsWith({ key, shiftKey, altKey, ctrlKey, metaKey }) {
  if (key !== "Enter" || shiftKey || altKey) return false;
  return ctrlKey || metaKey || enterSends();
}
