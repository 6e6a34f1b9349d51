import { LitElement, css, html, nothing, svg } from "lit";
import { request } from "../api.js";
import { fmt } from "../format.js";
import { t } from "../i18n.js";
import { base } from "../styles.js";

const MOST = 60; // points or rows: more is a page, not a card
const [WIDE, HIGH] = [300, 96];

/**
 * <ui-figure kind="line" src="/api/v1/p/acme/data/per_day">: figures that a plugin's server tells, drawn by the kernel.
 * number: {value, unit?, note?}; line and bar: {labels, values, unit?}; table: {columns, rows}. "load" and "failed" tell its host.
 */
class Figure extends LitElement {
  static properties = { src: {}, kind: {}, budget: { type: Number }, told: { state: true } };
  static styles = [base, css`
    .value { font-size: 2rem; font-weight: 650; line-height: 1.2; font-variant-numeric: tabular-nums; } .unit { font-size: var(--fs-md); color: var(--text-2); font-weight: 400; margin-inline-start: 6px; }
    svg { display: block; inline-size: 100%; block-size: 96px; overflow: visible; } polyline { fill: none; stroke: var(--accent); stroke-width: 2; vector-effect: non-scaling-stroke; stroke-linejoin: round; }
    rect { fill: var(--accent); } .axis { stroke: var(--line); vector-effect: non-scaling-stroke; }
    .ends { display: flex; justify-content: space-between; gap: var(--sp-3); color: var(--text-3); font-size: var(--fs-sm); margin-block-start: var(--sp-1); }
    .top { display: flex; justify-content: space-between; color: var(--text-2); font-size: var(--fs-sm); margin-block-end: var(--sp-1); }
    .wide { overflow-x: auto; } table { inline-size: 100%; border-collapse: collapse; } th, td { text-align: start; padding: 6px var(--sp-2) 6px 0; padding-inline: 0 var(--sp-3); border-block-end: 1px solid var(--line); } th { color: var(--text-3); font-weight: 550; font-size: var(--fs-sm); }
    .nothing { color: var(--text-3); }
  `];

  willUpdate(changed) {
    if (changed.has("src") && this.src) this.load();
  }

  async load() {
    this.controller?.abort(); // an older answer would be taken for news
    const { signal } = this.controller = new AbortController();
    try {
      const answer = await request("GET", this.src, { signal, timeout: this.told ? undefined : this.budget });
      const told = await answer.json();
      if (!KINDS[this.kind].fits(told)) throw new Error(t("It answered what cannot be drawn as {kind}.", { kind: this.kind }));
      this.told = told;
      this.dispatchEvent(new Event("load"));
    } catch (error) {
      if (!signal.aborted) this.dispatchEvent(new CustomEvent("failed", { detail: error }));
    }
  }

  render() {
    return this.told ? KINDS[this.kind].draw(this.told) : html`<ui-skeleton rows="1"></ui-skeleton>`;
  }
}

const list = (one) => Array.isArray(one) && one.length <= MOST;
const series = ({ labels, values } = {}) => list(labels) && list(values) && labels.length === values.length && values.every(Number.isFinite);

const KINDS = {
  number: { fits: (told) => Number.isFinite(told?.value), draw: number },
  line: { fits: (told) => series(told ?? {}), draw: (told) => graph(told, line) },
  bar: { fits: (told) => series(told ?? {}), draw: (told) => graph(told, bars) },
  table: { fits: (told) => list(told?.columns) && list(told?.rows) && told.rows.every(list), draw: table },
};

function number({ value, unit, note }) {
  return html`<div class="value">${fmt.number(value)}${unit ? html`<span class="unit" dir="auto">${unit}</span>` : nothing}</div>${note ? html`<p class="muted" dir="auto">${note}</p>` : nothing}`;
}

/** Time runs as one reads; the words for those who do not see it are the list of its points. */
function graph({ labels, values, unit = "" }, draw) {
  if (!values.length) return html`<p class="nothing">${t("Nothing to show yet.")}</p>`;
  const most = Math.max(...values, 0);
  const rtl = document.documentElement.dir === "rtl";
  const words = labels.map((label, index) => `${label}: ${fmt.number(values[index])}`).join(", ");
  return html`<div class="top"><span>${t("At most {n}", { n: fmt.number(most) })} <bdi>${unit}</bdi></span></div>
    <svg viewBox="0 0 ${WIDE} ${HIGH}" preserveAspectRatio="none" role="img" aria-label=${words}><line class="axis" x1="0" x2=${WIDE} y1=${HIGH} y2=${HIGH}></line>${draw(rtl ? values.toReversed() : values, most || 1)}</svg>
    <div class="ends"><bdi>${labels[0]}</bdi>${labels.length > 1 ? html`<bdi>${labels.at(-1)}</bdi>` : nothing}</div>`;
}

const height = (value, most) => (Math.max(value, 0) / most) * (HIGH - 4);

function line(values, most) {
  const step = values.length > 1 ? WIDE / (values.length - 1) : 0;
  return svg`<polyline points=${values.map((value, index) => `${(index * step).toFixed(1)},${(HIGH - height(value, most)).toFixed(1)}`).join(" ")}></polyline>`;
}

function bars(values, most) {
  const step = WIDE / values.length;
  return values.map((value, index) => svg`<rect x=${index * step + step * 0.15} width=${step * 0.7} y=${HIGH - height(value, most)} height=${height(value, most)}></rect>`);
}

function table({ columns, rows }) {
  if (!rows.length) return html`<p class="nothing">${t("Nothing to show yet.")}</p>`;
  const cell = (one) => (typeof one === "number" ? fmt.number(one) : String(one ?? ""));
  return html`<div class="wide"><table><thead><tr>${columns.map((column) => html`<th scope="col"><bdi>${column}</bdi></th>`)}</tr></thead>
    <tbody>${rows.map((row) => html`<tr>${row.map((one) => html`<td class="num"><bdi>${cell(one)}</bdi></td>`)}</tr>`)}</tbody></table></div>`;
}

customElements.define("ui-figure", Figure);
