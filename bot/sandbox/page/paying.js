// The sheet on which a person confirms a payment in Stars, or reads that it was made.
//
// `page` is what it needs of the page: paid(), told after a payment.

import { invoiceAt, pay, payLink } from "./api.js";
import { el, find, icon } from "./dom.js";
import { starsText } from "./invoice.js";
import { placeKey } from "./message.js";
import { say } from "./saying.js";
import { acting, locale, words, world } from "./state.js";

export function makeTill(page) {
  const sheet = find("pay");

  function openMessage(message) {
    const place = { user_id: acting.userId, chat_id: message.chat.id, message_id: message.message_id };
    open(message.invoice, world.receipts.has(placeKey(message)) ? null : () => pay(place));
  }

  async function openLink(url) {
    const invoice = await invoiceAt(url).catch((error) => say(error.message || words().failed));
    if (invoice) open(invoice, () => payLink({ user_id: acting.userId, url }));
  }

  // `charge` does it; without one the invoice was paid before.
  function open(invoice, charge) {
    const price = starsText(invoice.total_amount, locale());
    const own = starsText(world.stars.get(acting.userId) ?? 0, locale());
    const close = el("button", { class: "icon", type: "button", "aria-label": words().close, onclick: () => sheet.close() }, icon("close", 20));
    const no = el("p", { class: "no", role: "alert", "data-testid": "pay-refused" });
    const act = () => confirm(charge, button, no);
    const button = charge && el("button", { class: "do", type: "button", autofocus: true, "data-testid": "pay-confirm", onclick: act }, el("span", {}, words().pay(price)));
    sheet.replaceChildren(
      el("header", {}, el("h2", { id: "pay-title" }, invoice.title), close),
      el("p", {}, invoice.description),
      el("p", { class: "price" }, price),
      invoice.is_subscription ? el("p", { class: "note" }, words().eachMonth) : "",
      el("p", { class: "note" }, charge ? words().yourStars(own) : words().isPaid),
      no,
      button || "",
    );
    sheet.showModal();
  }

  async function confirm(charge, button, no) {
    button.disabled = true;
    button.setAttribute("aria-busy", true);
    no.textContent = "";
    const told = await charge().catch((error) => ({ refused: error.message || words().failed }));
    button.disabled = false;
    button.setAttribute("aria-busy", false);
    if (!told.refused) {
      page.paid();
      if (button.isConnected) sheet.close();
      return;
    }
    const why = words().refusals[told.refused] || told.refused;
    // Who closed the sheet meanwhile reads it all the same.
    if (sheet.open && button.isConnected) no.textContent = why;
    else say(why);
    if (button.isConnected) button.focus();
  }

  return { openMessage, openLink };
}
