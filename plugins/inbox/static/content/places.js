/** Places: no map of somebody else's, so nobody learns where a customer is before an agent follows the link. */
import { html, nothing } from "lit";
import { icon, t } from "@comptoir/sdk";

const precise = (number) => Number(number).toFixed(5).replace(/\.?0+$/, "");

export function place({ content, body }) {
  const { latitude, longitude, address, url } = content;
  const known = Number.isFinite(Number(latitude)) && Number.isFinite(Number(longitude)) && latitude !== null && latitude !== undefined;
  const point = known ? `${precise(latitude)}, ${precise(longitude)}` : "";
  const name = content.name || (content.live ? t("Live location") : t("Location"));
  const own = body && body !== content.name && body !== address && body !== `${latitude}, ${longitude}` ? body : "";
  const link = `https://www.openstreetmap.org/?mlat=${encodeURIComponent(latitude)}&mlon=${encodeURIComponent(longitude)}&zoom=16`;
  const inner = html`${icon("map-pin")}<span class="grow"><span class="t" dir="auto">${name}</span>
    ${address ? html`<br><bdi class="s">${address}</bdi>` : nothing}${own ? html`<br><bdi class="s">${own}</bdi>` : nothing}
    ${point ? html`<br><bdi class="s num" dir="ltr">${point}</bdi>` : nothing}
    ${/^https?:\/\//.test(url ?? "") ? html`<br><bdi class="s" dir="ltr">${url}</bdi>` : nothing}</span>`;
  return known
    ? html`<a class="card" href=${link} target="_blank" rel="noopener noreferrer" title=${t("Open on a map")}>${inner}${icon("external-link")}</a>`
    : html`<div class="card">${inner}</div>`;
}
