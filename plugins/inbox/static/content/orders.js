/** An order to be paid, line by line, and how far one has come. */
import { css, html, nothing } from "lit";
import { fmt, icon, locale, t } from "@comptoir/sdk";

export const orderStyles = css`
  .bill { display: grid; gap: 3px; padding: 8px 10px; border-radius: var(--r-md); background: color-mix(in oklab, var(--text) 5%, transparent); } .bill .head { display: flex; gap: var(--sp-2); align-items: center; font-weight: 550; }
  .bill dl { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 2px var(--sp-3); margin: 0; } .bill dt { overflow-wrap: anywhere; } .bill dd { margin: 0; text-align: end; font-variant-numeric: tabular-nums; } .bill .small { color: var(--bubble-meta); font-size: var(--fs-sm); } .bill .sum { font-weight: 600; border-block-start: 1px solid var(--line-strong); padding-block-start: 3px; }
`;

function money({ value = 0, offset = 1 } = {}, currency) {
  const amount = value / (offset || 1);
  try {
    return new Intl.NumberFormat(locale === "ar" ? "ar-MA-u-nu-latn" : locale, { style: "currency", currency }).format(amount);
  } catch {
    return `${amount.toFixed(2)} ${currency ?? ""}`.trim(); // no currency that browsers know
  }
}

/** `told` is WhatsApp's object of an order to be paid. */
export function bill({ reference_id: reference, currency, total_amount: total, order = {} }) {
  const { items = [], subtotal, tax, shipping, discount } = order;
  const line = (label, amount, kind, less = "") => (amount ? html`<dt class=${kind}><bdi>${label}</bdi></dt><dd class=${kind}><bdi>${less}${money(amount, currency)}</bdi></dd>` : nothing);
  const times = ({ amount = {}, sale_amount: sale, quantity = 1 }) => ({ ...(sale ?? amount), value: ((sale ?? amount).value ?? 0) * quantity });
  return html`<div class="bill"><div class="head">${icon("package", "small")}<span>${t("Order {reference}", { reference })}</span></div>
    <dl>${items.map((item) => line(t("{n} × {id}", { n: fmt.number(item.quantity ?? 1), id: item.name ?? item.retailer_id ?? "" }), times(item), ""))}
      ${items.length ? line(t("Subtotal"), subtotal, "small") : nothing}${line(tax?.description || t("Tax"), tax, "small")}${line(shipping?.description || t("Delivery"), shipping, "small")}${line(discount?.description || t("Discount"), discount, "small", "−")}
      ${line(t("To be paid"), total, "sum")}</dl></div>`;
}

const STATES = {
  pending: () => t("pending"), processing: () => t("being prepared"), partially_shipped: () => t("shipped in part"),
  shipped: () => t("shipped"), completed: () => t("completed"), canceled: () => t("cancelled"),
};

export function standing({ reference_id: reference, order = {} }) {
  const state = STATES[order.status]?.() ?? order.status ?? "";
  return html`<div class="bill"><div class="head">${icon("package", "small")}<span>${t("Order {reference}: {state}", { reference, state })}</span></div>${order.description ? html`<span class="small" dir="auto">${order.description}</span>` : nothing}</div>`;
}
