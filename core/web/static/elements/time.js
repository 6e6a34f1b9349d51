import { LitElement, css, html, nothing } from "lit";
import { fmt } from "../format.js";
import { locale, t } from "../i18n.js";
import { base } from "../styles.js";

const relative = new Intl.RelativeTimeFormat(locale === "ar" ? "ar-u-nu-latn" : locale, { numeric: "auto", style: "long" });
const STEPS = [["second", 60], ["minute", 60], ["hour", 24], ["day", 30], ["month", 12], ["year", Infinity]];
const MINUTE = 60_000;
const clocks = new Set();
setInterval(() => clocks.forEach((clock) => clock.requestUpdate()), MINUTE / 2);

/** "3 minutes ago", "in 5 days", "now": the distance of a moment in the largest unit that fits. */
export function ago(iso, now = Date.now()) {
  let distance = (new Date(iso) - now) / 1000;
  if (Math.abs(distance) < 45) return t("now");
  for (const [unit, size] of STEPS) {
    if (Math.abs(distance) < size - 0.5) return relative.format(Math.round(distance), unit);
    distance /= size;
  }
  return "";
}

/** <ui-time at="2026-11-23T10:00:00Z"></ui-time>: how long ago, the exact moment as its title, true while one looks. */
class Time extends LitElement {
  static properties = { at: {} };
  static styles = [base, css`:host { display: inline; }`];

  connectedCallback() {
    super.connectedCallback();
    clocks.add(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clocks.delete(this);
  }

  render() {
    return this.at ? html`<time datetime=${this.at} title=${fmt.moment(this.at)}>${ago(this.at)}</time>` : nothing;
  }
}

customElements.define("ui-time", Time);
