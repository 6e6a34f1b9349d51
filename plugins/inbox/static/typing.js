/** What hands do in a text field beside writing: what is put in can be taken back with Ctrl+Z, like what is typed. */

export const LONGEST = 4096; // characters of a text, at WhatsApp

/** Replaces `from`–`to` by `words`, the cursor after them. */
export function put(field, from, to, words) {
  if (from === to && !words) return;
  field.focus();
  field.setSelectionRange(from, to);
  // The one way that keeps the browser's own undo; where it is gone, the words count more.
  if (document.execCommand(words ? "insertText" : "delete", false, words)) return;
  field.setRangeText(words, from, to, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

const MARKS = { b: "*", i: "_" };

/** WhatsApp's mark for a key that is pressed with Ctrl or ⌘: bold, italic, and with Shift+X struck through. */
export function markOf({ key, code, ctrlKey, metaKey, altKey, shiftKey }) {
  if (ctrlKey === metaKey || altKey) return undefined;
  if (shiftKey) return code === "KeyX" || key.toLowerCase() === "x" ? "~" : undefined;
  return MARKS[key.toLowerCase()] ?? MARKS[code?.replace(/^Key/, "").toLowerCase()];
}

/** Around the chosen words, or away from around them. WhatsApp wants no space inside of a mark. */
export function wrap(field, mark) {
  const { selectionStart: from, selectionEnd: to, value } = field;
  const chosen = value.slice(from, to);
  const [lead, words, tail] = [/^\s*/.exec(chosen)[0], chosen.trim(), chosen.trim() ? /\s*$/.exec(chosen)[0] : ""];
  if (words && words.startsWith(mark) && words.endsWith(mark) && words.length > 1) return again(field, from, to, lead + words.slice(1, -1) + tail, from, -2 + to);
  put(field, from, to, `${lead}${mark}${words}${mark}${tail}`);
  if (!words) field.setSelectionRange(from + lead.length + 1, from + lead.length + 1);
  else field.setSelectionRange(from + lead.length, from + lead.length + words.length + 2);
  return undefined;
}

function again(field, from, to, words, start, end) {
  put(field, from, to, words);
  field.setSelectionRange(start, end);
}

const PLACE = /\{\{\s*[^{}\n]{1,80}?\s*\}\}/g;

/** Places of a text that nothing has filled in: "{{contact.name}}". */
export const unfilled = (text) => [...new Set(text.match(PLACE) ?? [])];
