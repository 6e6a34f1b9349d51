import { css, html, nothing } from "lit";
import { Panel, define, fmt, icon, t } from "@comptoir/sdk";
import { outcomeMark, outcomeTone, outcomeWords, stagePicture, stageWords } from "./journal-words.js";
import { links } from "./styles.js";

/** What happened to one message, in the order of time. `here`: the address of the journal's page, for its deliveries. */
class JournalSteps extends Panel {
  static properties = { steps: { attribute: false }, here: {} };
  static styles = [...Panel.styles, links, css`
    ol { list-style: none; margin: 0; padding: 0; display: grid; } li { display: grid; grid-template-columns: 28px minmax(0, 1fr) auto; gap: 2px var(--sp-3); padding-block: var(--sp-2); position: relative; }
    li + li::before { content: ""; position: absolute; inset-block: calc(-1 * var(--sp-2)) auto; inset-inline-start: 13px; block-size: var(--sp-4); border-inline-start: 2px solid var(--line); }
    .disc { inline-size: 28px; block-size: 28px; border-radius: 50%; background: var(--surface-2); display: grid; place-items: center; color: var(--text-2); position: relative; }
    .what { min-inline-size: 0; display: flex; flex-wrap: wrap; gap: 2px var(--sp-2); align-items: center; } .stage { font-weight: 550; }
    .facts { grid-column: 2 / -1; display: flex; flex-wrap: wrap; gap: 2px var(--sp-3); color: var(--text-2); font-size: var(--fs-sm); overflow-wrap: anywhere; }
    time { color: var(--text-2); font-size: var(--fs-sm); font-variant-numeric: tabular-nums; text-align: end; }
    .day { grid-column: 1 / -1; font-size: var(--fs-sm); font-weight: 600; color: var(--text-2); margin-block: var(--sp-3) var(--sp-1); }
  `];

  render() {
    let day = "";
    return html`<ol>${(this.steps ?? []).map((step) => {
      const today = step.at ? fmt.day(step.at) : t("Not yet, or not kept");
      const head = today === day ? nothing : html`<span class="day">${today}</span>`;
      day = today;
      return html`<li>${head}<span class="disc">${icon(stagePicture(step.stage), "small")}</span>
        <span class="what"><span class="stage">${stageWords(step.stage)}</span> <bdi dir="ltr">${step.what}</bdi>
          <ui-chip tone=${outcomeTone(step.outcome)} icon=${outcomeMark(step.outcome)}>${outcomeWords(step.outcome)}</ui-chip></span>
        ${step.at ? html`<time datetime=${step.at} title=${fmt.moment(step.at)}>${exactly(step.at)}</time>` : html`<span></span>`}
        ${this.facts(step)}</li>`;
    })}</ol>`;
  }

  facts(step) {
    const told = [
      step.detail && html`<bdi>${step.detail}</bdi>`,
      step.delivery_id && (this.here ? html`<a href="${this.here}/delivery/${step.delivery_id}">${t("Delivery {n}", { n: step.delivery_id })}</a>` : t("Delivery {n}", { n: step.delivery_id })),
      step.batch && t("Batch {n}", { n: step.batch }), step.seq && t("Event {n}", { n: fmt.number(step.seq) }),
      step.attempt && t("Attempt {n}", { n: fmt.number(step.attempt) }), step.http_status && html`<bdi dir="ltr">${`HTTP ${step.http_status}`}</bdi>`,
    ].filter(Boolean);
    return told.length ? html`<span class="facts">${told.map((one) => html`<span>${one}</span>`)}</span>` : nothing;
  }
}

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hourCycle: "h23", numberingSystem: "latn" });
const exactly = (at) => CLOCK.format(new Date(at));

define("settings-journal-steps", JournalSteps);
