/** What a row and the details show of a conversation's tags, priority and waiting. Never colour alone. */
import { css, html, nothing } from "lit";
import { fmt, icon, t } from "@comptoir/sdk";

export const COLOURS = ["grey", "red", "orange", "yellow", "green", "teal", "blue", "violet", "pink"];

export const markStyles = css`
  .tag { display: inline-block; border-radius: var(--r-sm); background: var(--tag-grey-soft); color: var(--tag-grey); font-size: var(--fs-xs); font-weight: 600; padding: 0 6px; line-height: 18px; max-inline-size: 96px; flex: none; }
  .tag.red { background: var(--tag-red-soft); color: var(--tag-red); } .tag.orange { background: var(--tag-orange-soft); color: var(--tag-orange); } .tag.yellow { background: var(--tag-yellow-soft); color: var(--tag-yellow); }
  .tag.green { background: var(--tag-green-soft); color: var(--tag-green); } .tag.teal { background: var(--tag-teal-soft); color: var(--tag-teal); } .tag.blue { background: var(--tag-blue-soft); color: var(--tag-blue); }
  .tag.violet { background: var(--tag-violet-soft); color: var(--tag-violet); } .tag.pink { background: var(--tag-pink-soft); color: var(--tag-pink); }
  .prio { display: inline-flex; flex: none; } .prio .icon { inline-size: 14px; block-size: 14px; stroke-width: 2.25; } .prio.bad { color: var(--bad); } .prio.warn { color: var(--warn); } .prio.low { color: var(--text-3); }
  .wait { display: inline-flex; align-items: center; gap: 2px; flex: none; font-size: var(--fs-xs); color: var(--text-3); font-variant-numeric: tabular-nums; white-space: nowrap; } .wait.long { color: var(--warn); font-weight: 600; } .wait .icon { inline-size: 12px; block-size: 12px; }
`;

/** [value, words, icon, tone], the gravest first. */
export const priorities = () => [
  ["urgent", t("Urgent"), "triangle-alert", "bad"], ["high", t("High"), "arrow-up", "warn"], ["normal", t("Normal"), "minus", "low"],
  ["low", t("Low"), "arrow-down", "low"], ["none", t("No priority"), "circle-slash", ""],
];
export const priorityOf = (value) => priorities().find(([one]) => one === value) ?? priorities().at(-1);

export const tagChip = ({ name, colour }, title = name) => html`<span class="tag cut ${colour}" dir="auto" title=${title}>${name}</span>`;

/** One for each row at most: the others are named by it. */
export const firstTag = ([first, ...more]) => (first ? tagChip(first, [first, ...more].map(({ name }) => name).join(", ")) : nothing);

export function priorityMark(value) {
  if (!value || value === "none" || value === "normal") return nothing;
  const [, words, picture, tone] = priorityOf(value);
  return html`<span class="prio ${tone}" role="img" aria-label=${t("Priority: {priority}", { priority: words })} title=${words}>${icon(picture)}</span>`;
}

const LONG = 3_600_000;

export function waited(since, now = Date.now()) {
  if (!since) return nothing;
  const passed = now - Date.parse(since);
  const words = t("Waiting for an answer for {time}", { time: fmt.lasting(passed) });
  return html`<span class="wait ${passed > LONG ? "long" : ""}" role="img" aria-label=${words} title=${words}>${icon("timer")}${fmt.lasting(passed)}</span>`;
}
