/** What stands above the line where one writes: whom it answers, who wrote meanwhile, what is still to be filled in. */
import { html, nothing } from "lit";
import { icon, locale, t } from "@comptoir/sdk";
import { ledger, outbox } from "@comptoir/sdk/ledger.js";
import { unfilled } from "./typing.js";
import { preview, titleOf } from "./words.js";

const MINUTE = 60_000;

export function quote(composer) {
  const { quoted } = composer;
  const who = quoted.direction === "inbound" ? (quoted.participant?.name ?? titleOf(composer.conversation)) : (quoted.author?.name ?? t("You"));
  return html`<div class="quote"><span class="grow"><b><bdi>${who}</bdi></b><span class="cut" dir="auto">${preview(quoted).text.slice(0, 140)}</span></span>
    <button class="ib" aria-label=${t("Do not quote")} @click=${() => { composer.quoted = null; composer.keep(); composer.field.focus(); }}>${icon("x", "small")}</button></div>`;
}

export function collision(composer) {
  const last = composer.tray.newer.newer?.at(-1);
  const words = last && said(composer.conversation.id, last);
  return html`<div class="notice" role="alert">${icon("triangle-alert")}<span class="what"><span>${last ? t("{name} wrote after what you saw.", { name: last.author }) : t("There are newer messages.")}${last ? html` <span class="muted">${ago(last.at)}</span>` : nothing}</span>
      ${words ? html`<span class="said cut" dir="auto">“${words}”</span>` : nothing}</span>
    <span class="acts"><button class="link" @click=${() => composer.read()}>${t("Read them")}</button><button class="link" @click=${() => composer.send(true)}>${t("Send anyway")}</button></span></div>`;
}

/** What is no text, and was held up by messages that were not seen: it goes as it is, or not at all. */
export function waiting(composer) {
  return outbox.held(composer.conversation.id).map(({ id, body, type, problem }) => {
    const last = problem?.newer?.at(-1);
    const settle = (act) => () => { act(); composer.requestUpdate(); };
    return html`<div class="notice" role="alert">${icon("triangle-alert")}<span class="what"><span>${last ? t("{name} wrote after what you saw.", { name: last.author }) : t("There are newer messages.")} ${t("This was not sent:")}</span>
      <span class="said cut" dir="auto">${preview({ type, direction: "outbound", body, content: {} }).text}</span></span>
      <span class="acts"><button class="link" @click=${settle(() => outbox.drop(id))}>${t("Discard")}</button><button class="link" @click=${settle(() => outbox.retry(id, { confirm: true }))}>${t("Send anyway")}</button></span></div>`;
  });
}

/** As the ledger has it, else as the refusal told it. */
function said(conversationId, { id, type, preview: told }) {
  const message = ledger.messages(conversationId).find((one) => one.id === id);
  if (message) return preview(message).text.slice(0, 160);
  return type ? preview({ type, direction: "outbound", body: told ?? "" }).text : "";
}

const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });

function ago(at) {
  const gone = Math.max(0, Date.now() - Date.parse(at));
  return gone < MINUTE ? relative.format(-Math.round(gone / 1000), "second") : relative.format(-Math.round(gone / MINUTE), "minute");
}

export function filling(composer) {
  const places = unfilled(composer.text);
  if (!places.length) return nothing;
  return html`<div class="notice" role="status">${icon("triangle-alert")}<span class="what">${t("Still to be filled in:")} ${places.map((place) => html`<button class="link" dir="ltr" @click=${() => choose(composer.field, place)}>${place}</button> `)}</span></div>`;
}

function choose(field, place) {
  const at = field.value.indexOf(place);
  field.focus();
  if (at >= 0) field.setSelectionRange(at, at + place.length);
}
