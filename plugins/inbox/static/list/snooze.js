/** When a snoozed conversation comes back: a few moments, one of one's own, or whenever the customer answers. */
import { css, html } from "lit";
import { Panel, define, fmt, t } from "@comptoir/sdk";

const HOUR = 3_600_000;
const at = (days, hour) => { const date = new Date(); date.setDate(date.getDate() + days); date.setHours(hour, 0, 0, 0); return date; };
const nextMonday = () => at(((8 - new Date().getDay()) % 7) || 7, 9);

/** `run(until)`: a Date, or null until the customer answers. */
export function naps(run) {
  const moments = [[t("In 1 hour"), new Date(Date.now() + HOUR)], [t("In 4 hours"), new Date(Date.now() + 4 * HOUR)], [t("Tomorrow at 9"), at(1, 9)], [t("Next Monday at 9"), nextMonday()], [t("In a week"), at(7, 9)]];
  return [
    ...moments.map(([label, until]) => ({ label: `${label} · ${fmt.brief(until) === fmt.time(until) ? fmt.time(until) : fmt.moment(until)}`, icon: "clock", run: () => run(until) })),
    { label: t("Another moment…"), icon: "calendar", run: () => ask(run) },
    { label: t("Until the customer answers"), icon: "reply", run: () => run(null) },
  ];
}

function ask(run) {
  document.body.append(Object.assign(document.createElement("inbox-moment"), { run }));
}

const local = (date) => new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

class Moment extends Panel {
  static properties = { error: { state: true } };
  static styles = [...Panel.styles, css`:host { display: contents; }`];

  render() {
    return html`<ui-dialog open heading=${t("Snooze until")} @close=${() => this.remove()}>
      <form @submit=${(event) => { event.preventDefault(); this.save(); }}><ui-field type="datetime-local" ltr label=${t("Moment")} value=${local(at(1, 9))} error=${this.error ?? ""}></ui-field></form>
      <ui-button slot="actions" variant="primary" @click=${() => this.save()}>${t("Snooze")}</ui-button></ui-dialog>`;
  }

  save() {
    const until = new Date(this.renderRoot.querySelector("ui-field").value);
    if (!(until > new Date())) {
      this.error = t("Choose a moment in the future.");
      return;
    }
    this.renderRoot.querySelector("ui-dialog").leave();
    this.run(until);
  }
}

define("inbox-moment", Moment);
