/** Which key sends: Enter, or Ctrl+Enter for those who write long answers. Each person's own, on all their devices. */
import { me, prefer, t, toast } from "@comptoir/sdk";

export const enterSends = () => me.preferences.sending !== "ctrl_enter";

export async function turnEnter(sends) {
  try {
    await prefer({ sending: sends ? "enter" : "ctrl_enter" });
  } catch (error) {
    toast({ text: t("That was not saved: {reason}", { reason: error.message }) });
  }
}

/** Ctrl+Enter and ⌘+Enter send in any case. */
export function sendsWith({ key, shiftKey, altKey, ctrlKey, metaKey }) {
  if (key !== "Enter" || shiftKey || altKey) return false;
  return ctrlKey || metaKey || enterSends();
}
