/**
 * WhatsApp's own formatting, from text to what it means. Pure, and of linear time: strangers write what passes here.
 *
 * read(text) → blocks: {kind: "lines" | "quote" | "list", lines: [nodes], ordered?, numbers?}
 * node: a string, or {kind: "bold" | "italic" | "strike", nodes}, {kind: "code", text}, {kind: "link", text, href}
 */
const MARKS = { "*": "bold", _: "italic", "~": "strike" };
const FENCE = "```";
const WORD = /[\p{L}\p{N}_]/u;
const LINK = /(?:https?:\/\/|www\.)(?=[^\s<>"'.])/iy;
const HOST = /[a-z0-9-]+(?:\.[a-z0-9-]+)+/iy;
const LOCAL = /[\w.+-]{1,64}$/;
const CLOSERS = ".,;:!?…،؛؟)]}»'”’";
const BULLET = /[-*] (?=\S)/y;
const NUMBER = /(\d{1,3})\. (?=\S)/y;
const QUOTE = /> ?(?=\S)/y;

export function read(text) {
  const fences = fencesOf(text);
  const blocks = [];
  for (const [from, to] of linesOf(text, fences)) {
    const { kind, start, number } = beginning(text, from);
    const last = blocks.at(-1);
    const same = last?.kind === kind && last.ordered === (number !== undefined);
    const block = same ? last : { kind, ordered: number !== undefined, lines: [], numbers: [] };
    if (!same) blocks.push(block);
    block.lines.push(inline(text, start, to, fences));
    if (number !== undefined) block.numbers.push(number);
  }
  return blocks;
}

/** [start, end) of what stands between two fences, fences included, in order. Nothing in there means anything. */
function fencesOf(text) {
  const found = [];
  for (let from = text.indexOf(FENCE); from >= 0; ) {
    const to = text.indexOf(FENCE, from + 3);
    if (to < 0) break;
    const holds = text.slice(from + 3, to).trim() !== "";
    if (holds) found.push([from, to + 3]);
    from = text.indexOf(FENCE, holds ? to + 3 : to);
  }
  return found;
}

function* linesOf(text, fences) {
  let next = 0;
  for (let from = 0; from <= text.length; ) {
    let to = text.indexOf("\n", from);
    // A line break between fences breaks no line.
    while (to >= 0) {
      while (next < fences.length && fences[next][1] <= to) next += 1;
      if (next >= fences.length || fences[next][0] > to) break;
      to = text.indexOf("\n", fences[next][1]);
    }
    if (to < 0) to = text.length;
    yield [from, to];
    from = to + 1;
  }
}

function beginning(text, from) {
  if (at(QUOTE, text, from)) return { kind: "quote", start: QUOTE.lastIndex };
  if (at(BULLET, text, from)) return { kind: "list", start: BULLET.lastIndex };
  const numbered = at(NUMBER, text, from);
  if (numbered) return { kind: "list", start: NUMBER.lastIndex, number: Number(numbered[1]) };
  return { kind: "lines", start: from };
}

/** Matches at a place and nowhere else. */
function at(pattern, text, place) {
  pattern.lastIndex = place;
  return pattern.exec(text);
}

/**
 * One pass. `open` holds the marks that wait for their end, each of them once; one that finds no end stays a letter, and
 * so does what was opened within another that ends.
 */
function inline(text, from, to, fences) {
  const open = [{ nodes: [] }];
  const opened = { "*": false, _: false, "~": false };
  let fence = firstFrom(fences, from);
  let ticks = true; // whether a ` may still find its end in this line
  let since = from; // what is read and not yet put
  let place = from;
  while (place < to) {
    const letter = text[place];
    if (fence < fences.length && fences[fence][0] === place) {
      const [start, end] = fences[fence];
      fence += 1;
      put({ kind: "code", text: text.slice(start + 3, end - 3) }, place, end);
    } else if (letter === "`" && ticks) tick();
    else if (letter in MARKS) mark(letter);
    else if ("hHwW".includes(letter) && free(text, place, from) && at(LINK, text, place)) link();
    else if (letter === "@") mail();
    else place += 1;
  }
  flush(to);
  while (open.length > 1) unopen();
  return open[0].nodes;

  function flush(end) {
    if (end > since) open.at(-1).nodes.push(text.slice(since, end));
    since = end;
  }

  /** A node that stands for the letters from `start` to `end`. */
  function put(node, start, end) {
    flush(start);
    open.at(-1).nodes.push(node);
    since = end;
    place = end;
  }

  function tick() {
    const end = text.indexOf("`", place + 1);
    ticks = end > 0 && end < to;
    if (ticks && end > place + 1) put({ kind: "code", text: text.slice(place + 1, end) }, place, end + 1);
    else place += 1;
  }

  function mark(letter) {
    if (opened[letter] && ends(text, place, from, to)) close(letter);
    else if (!opened[letter] && begins(text, place, from, to)) {
      flush(place);
      open.push({ mark: letter, nodes: [] });
      opened[letter] = true;
      since = place + 1;
    }
    place += 1;
  }

  function close(letter) {
    flush(place);
    while (open.at(-1).mark !== letter) unopen();
    const { nodes } = open.pop();
    opened[letter] = false;
    open.at(-1).nodes.push({ kind: MARKS[letter], nodes });
    since = place + 1;
  }

  function unopen() {
    const { mark: letter, nodes } = open.pop();
    opened[letter] = false;
    open.at(-1).nodes.push(letter);
    for (const node of nodes) open.at(-1).nodes.push(node);
  }

  function link() {
    const least = LINK.lastIndex;
    const end = endOfLink(text, place, to, opened);
    const shown = text.slice(place, end);
    if (end > least) put({ kind: "link", text: shown, href: /^www/i.test(shown) ? `https://${shown}` : shown }, place, end);
    else place = least;
  }

  function mail() {
    const [local] = LOCAL.exec(text.slice(Math.max(since, place - 64), place)) ?? [];
    if (local && at(HOST, text, place + 1) && HOST.lastIndex <= to) {
      const address = text.slice(place - local.length, HOST.lastIndex);
      put({ kind: "link", text: address, href: `mailto:${address}` }, place - local.length, HOST.lastIndex);
    } else place += 1;
  }
}

function firstFrom(fences, place) {
  let low = 0;
  let high = fences.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (fences[middle][0] < place) low = middle + 1;
    else high = middle;
  }
  return low;
}

const free = (text, place, from) => place === from || !WORD.test(text[place - 1]) || text[place - 1] === "_";
const spaced = (letter) => letter === undefined || /\s/.test(letter);

/** A mark begins something before a letter that is no space, and not within a word. */
const begins = (text, place, from, to) =>
  place + 1 < to && !spaced(text[place + 1]) && text[place + 1] !== text[place]
  && (place === from || !WORD.test(text[place - 1]) || text[place - 1] === "_");

/** It ends something after what is no space, and not within a word. */
const ends = (text, place, from, to) =>
  place > from && !spaced(text[place - 1]) && text[place - 1] !== text[place]
  && (place + 1 >= to || !WORD.test(text[place + 1]) || text[place + 1] === "_");

/** Up to the next space; without the punctuation of the sentence around it, or a mark that is open before it. */
function endOfLink(text, place, to, opened) {
  let end = place;
  while (end < to && !/[\s<>"`]/.test(text[end])) end += 1;
  const round = text.slice(place, end).includes("(");
  while (end > place) {
    const letter = text[end - 1];
    const loose = letter === ")" ? !round : CLOSERS.includes(letter);
    if (!loose && !(letter in MARKS && opened[letter])) break;
    end -= 1;
  }
  return end;
}

// \p{RGI_Emoji} says the same, and takes a phone a fifth of a second before the first list stands.
const FLAG = String.raw`\p{Regional_Indicator}{2}`;
const KEY = String.raw`[0-9#*]\uFE0F?\u20E3`;
const FACE = String.raw`(?!\p{Regional_Indicator})(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}(?=[\uFE0F\u200D\p{Emoji_Modifier}]))`;
const MORE = String.raw`[\uFE0F\p{Emoji_Modifier}\u{E0020}-\u{E007F}]*`;
const ALONE = new RegExp(String.raw`^(?:(?:${FLAG}|${KEY}|${FACE}${MORE}(?:\u200D\p{Extended_Pictographic}${MORE})*)\s*){1,3}$`, "u");

/** How many emoji there are when there is nothing else and they are few; else 0. */
export function emojiAlone(text) {
  if (text.length > 48 || !ALONE.test(text)) return 0;
  return [...new Intl.Segmenter().segment(text.replace(/\s/g, ""))].length;
}

/** The addresses in a text, in order. */
export function linksIn(text) {
  const found = [];
  const walk = (node) => {
    if (node.kind === "link") found.push(node);
    node.nodes?.forEach(walk);
  };
  for (const { lines } of read(text)) lines.flat().forEach(walk);
  return found;
}
