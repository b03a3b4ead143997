// An invoice in Stars as it is shown: in its bubble, and what it costs in a few signs.

import { el } from "./dom.js";

export const starsText = (stars, locale) => `⭐ ${stars.toLocaleString(locale)}`;

export function invoiceCard(invoice, view) {
  return el(
    "div",
    { class: "bill", "data-testid": "invoice" },
    el("strong", {}, invoice.title),
    el("p", {}, invoice.description),
    el("span", { class: "price" }, starsText(invoice.total_amount, view.locale)),
  );
}
