import { css, html } from "lit";
import { Panel, define, fmt, get, t } from "@comptoir/sdk";
import { Load } from "@comptoir/sdk/load.js";
import "@comptoir/sdk/elements/card.js";
import "@comptoir/sdk/elements/time.js";
import { parts } from "./styles.js";

const LOOK_AGAIN = 5_000; // ms

/** How the installation is: what waits, what is away, what it runs on. Looks again by itself. */
class PlatformHealth extends Panel {
  static styles = [...Panel.styles, parts, css`dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(220px, 1fr)); gap: var(--sp-4); } dt { color: var(--text-3); font-size: var(--fs-sm); } dd { margin: 0; font-weight: 550; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }`];

  load = new Load(this, () => get("/api/v1/platform/health"));

  connectedCallback() {
    super.connectedCallback();
    const timer = setInterval(() => document.hidden || this.load.run(), LOOK_AGAIN);
    this.cleanup(() => clearInterval(timer));
  }

  render() {
    return this.load.show((health) => html`<ui-card heading=${t("Health")} text=${t("Looked at every five seconds.")}><dl>${facts(health).map(([name, value]) => html`<div><dt>${name}</dt><dd><bdi>${value}</bdi></dd></div>`)}</dl></ui-card>`,
      { failed: t("The health of the installation could not be read."), rows: 4 });
  }
}

/** Known figures in words, others by the name the API gives them: a new one is never hidden. */
function facts(health) {
  const seconds = (value) => t("{n} s", { n: fmt.number(Math.round(value * 10) / 10) });
  const known = {
    journal_lag_seconds: [t("Oldest delivery not yet applied"), seconds], oldest_due_job_seconds: [t("Oldest due job"), seconds], outbox_lag_seconds: [t("Oldest event not yet numbered"), seconds],
    database_bytes: [t("Database"), fmt.size],
  };
  return flat(health).map(([name, value]) => {
    const [label, words] = known[name] ?? [name.replaceAll("_", " "), plain];
    return [label, value === null ? "–" : words(value)];
  });
}

const plain = (value) => (typeof value === "number" ? fmt.number(value) : Array.isArray(value) ? value.join(", ") || "–" : /^\d{4}-\d\d-\d\dT/.test(value) ? fmt.moment(value) : String(value));
const flat = (value, path = "") => Object.entries(value).flatMap(([name, inner]) => (inner && typeof inner === "object" && !Array.isArray(inner) ? flat(inner, `${path}${name} `) : [[`${path}${name}`, inner]]));

define("settings-platform-health", PlatformHealth);
