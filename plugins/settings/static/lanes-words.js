import { html, nothing } from "lit";
import { fmt, t, tn } from "@comptoir/sdk";
import "@comptoir/sdk/elements/notice.js";
import "@comptoir/sdk/elements/time.js";

/** Depth, age and rate of a number's lanes: in one line. */
export function laneLine({ replies, bulk, oldest_at: oldest, sent_last_minute: sent, allowed_per_second: allowed }) {
  const waiting = !replies && !bulk ? t("Nothing waits") : html`${tn("{n} reply waits", "{n} replies wait", replies)}${bulk ? html` · ${t("{n} in bulk", { n: fmt.number(bulk) })}` : nothing} · ${t("the oldest since")} <ui-time .at=${oldest}></ui-time>`;
  return html`${waiting} · ${t("{n} sent in the last minute, of {most} allowed", { n: fmt.number(sent), most: fmt.number(allowed * 60) })}`;
}

/** Why it does not send, and until when. */
export function lanePauses({ paused, bulk_paused: bulk }) {
  return html`${paused ? notice(t("Sending is paused"), paused) : nothing}${bulk ? notice(t("What is sent in bulk is paused; replies go on"), bulk) : nothing}`;
}

const notice = (heading, { until, error }) => html`<ui-notice tone="warn" heading=${heading}>${[error.title, error.cause, error.cure].filter(Boolean).map((words) => (/[.!?؟]$/.test(words) ? words : `${words}.`)).join(" ")}
  ${until ? html`<div class="said">${t("Until {moment}", { moment: fmt.moment(until) })}</div>` : nothing}</ui-notice>`;
