/** The words of a message, with WhatsApp's formatting. */
import { css, html, nothing } from "lit";
import { t } from "@comptoir/sdk";
import { emojiAlone, read } from "./formatting.js";

const LONG = 3_000; // characters, after which the rest is asked for
const CUT = 1_200;

export const textStyles = css`
  .tx { overflow-wrap: anywhere; unicode-bidi: plaintext; text-align: start; }
  .tx p { white-space: pre-wrap; unicode-bidi: plaintext; text-align: start; }
  .tx a { color: var(--accent-strong); text-decoration: underline; text-underline-offset: 2px; }
  .tx blockquote { margin: 2px 0; padding-inline-start: 9px; border-inline-start: 3px solid var(--line-strong); color: var(--text-2); white-space: pre-wrap; }
  .tx ul, .tx ol { padding-inline-start: 1.4em; margin: 2px 0; list-style: disc; } .tx ol { list-style: decimal; }
  .tx code { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: .92em; white-space: pre-wrap; background: color-mix(in oklab, var(--text) 7%, transparent); border-radius: 4px; padding: 0 3px; }
  .big1 { font-size: 3rem; line-height: 1.25; } .big2 { font-size: 2.5rem; line-height: 1.25; } .big3 { font-size: 2rem; line-height: 1.3; }
`;

const known = new WeakMap(); // message → what it was read as

function blocksOf(message, text) {
  const before = known.get(message);
  if (before?.text === text) return before.blocks;
  const blocks = read(text);
  known.set(message, { text, blocks });
  return blocks;
}

/** `around.opened` are the ids of long ones shown whole, `around.unfold` shows one. */
export function words(message, around) {
  const { body, id } = message;
  if (!body) return nothing;
  const alone = emojiAlone(body);
  if (alone) return html`<div class="tx big${alone}" dir="auto">${body}</div>`;
  const cut = body.length > LONG && !around?.opened?.has(id);
  const text = cut ? `${body.slice(0, CUT).replace(/[\uD800-\uDBFF]$/, "")}…` : body;
  const shown = html`<div class="tx" dir="auto">${drawn(blocksOf(message, text))}</div>`;
  return cut ? html`${shown}<button class="link" @click=${() => around?.unfold?.(id)}>${t("Read more")}</button>` : shown;
}

/** Any text, read afresh. */
export const formatted = (text) => html`<div class="tx" dir="auto">${drawn(read(text))}</div>`;

/** Most messages are plain words: one text, and none of what holds parts together. */
function drawn(blocks) {
  const [only] = blocks;
  const plain = blocks.length === 1 && only.kind === "lines" && only.lines.every((line) => line.every((one) => typeof one === "string"));
  return plain ? html`<p dir="auto" .textContent=${only.lines.map((line) => line.join("")).join("\n")}></p>` : blocks.map(block);
}

function block({ kind, ordered, lines, numbers }) {
  if (kind === "list") {
    const items = lines.map((line, index) => html`<li value=${ordered ? numbers[index] : nothing} dir="auto">${line.map(node)}</li>`);
    return ordered ? html`<ol>${items}</ol>` : html`<ul>${items}</ul>`;
  }
  const joined = lines.map((line, index) => html`${index ? "\n" : nothing}${line.map(node)}`);
  return kind === "quote" ? html`<blockquote dir="auto">${joined}</blockquote>` : html`<p dir="auto">${joined}</p>`;
}

function node(one) {
  if (typeof one === "string") return one;
  const { kind, nodes, text, href } = one;
  if (kind === "code") return html`<code dir="ltr">${text}</code>`;
  if (kind === "link") return html`<a href=${href} target="_blank" rel="noopener noreferrer" dir="ltr">${text}</a>`;
  if (kind === "bold") return html`<strong>${nodes.map(node)}</strong>`;
  if (kind === "italic") return html`<em>${nodes.map(node)}</em>`;
  return html`<s>${nodes.map(node)}</s>`;
}
