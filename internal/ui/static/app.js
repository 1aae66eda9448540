// What every page does: none of it is needed to use the page.
import { announce, forget, forgetLog, parse } from "./lib.js";

document.documentElement.classList.add("with-js");

// The error summary takes the focus; its links bring the whole field in sight,
// not only the box, so that the label and the error are seen.
const summary = /** @type {HTMLElement | null} */ (document.querySelector("[data-error-summary]"));
summary?.focus();
summary?.addEventListener("click", (event) => {
  const link = /** @type {Element} */ (event.target).closest("a");
  const control = link && document.getElementById(link.hash.slice(1));
  if (!control) return;
  event.preventDefault();
  (control.closest("fieldset, .field, .item") ?? control).scrollIntoView({ block: "start" });
  control.focus({ preventScroll: true });
});

// Printing opens what is folded; afterwards the page is as it was.
addEventListener("beforeprint", () => {
  for (const d of document.querySelectorAll("details:not([open])")) {
    d.setAttribute("open", "");
    d.setAttribute("data-opened-for-print", "");
  }
});
addEventListener("afterprint", () => {
  for (const d of document.querySelectorAll("[data-opened-for-print]")) {
    d.removeAttribute("open");
    d.removeAttribute("data-opened-for-print");
  }
});
document.addEventListener("click", (event) => {
  if (/** @type {Element} */ (event.target).closest("[data-print]")) print();
});

// Sent once: a second press of the button while the first is on its way does
// nothing. The button stays enabled, for a disabled one is not sent and loses
// the focus. A page that comes back from the back-forward cache starts anew.
const sending = "data-sending";
document.addEventListener("submit", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (event.defaultPrevented || form.getAttribute("method")?.toLowerCase() !== "post") return;
  if (form.hasAttribute(sending)) {
    event.preventDefault();
    return;
  }
  form.setAttribute(sending, "");
  event.submitter?.setAttribute("aria-disabled", "true");
  // A download leaves the page standing: let it be sent again after a while.
  setTimeout(() => release(form), 8000);
});
addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll(`[${sending}]`).forEach(release);
});

/** @param {Element} form */
function release(form) {
  form.removeAttribute(sending);
  for (const button of document.querySelectorAll("button[aria-disabled]")) {
    if (/** @type {HTMLButtonElement} */ (button).form === form) button.removeAttribute("aria-disabled");
  }
}

// Answers that wait to be sent are wiped at signing out, and on a page with
// data-forget: after submission, withdrawal and leaving, and when it is over.
// The support log's are wiped at signing out and on a device that others use.
if (document.querySelector("[data-forget]")) forget();
if (document.querySelector("[data-shared]")) forgetLog();
document.addEventListener("submit", (event) => {
  if (!(/** @type {Element} */ (event.target).hasAttribute("data-sign-out"))) return;
  forget();
  forgetLog();
});

// Long work: the element is read again from its URL until it says no more of
// data-refresh-seconds. A failed reading is tried again, slower each time.
for (const bar of document.querySelectorAll("[data-refresh-seconds]")) follow(bar, 0);

/**
 * @param {Element} bar
 * @param {number} failures
 */
function follow(bar, failures) {
  const seconds = Number(bar.getAttribute("data-refresh-seconds"));
  if (!(seconds > 0)) return;
  const wait = Math.min(seconds * 2 ** failures, 60) * 1000;
  setTimeout(() => {
    if (document.hidden) follow(bar, failures); // nobody is looking
    else refresh(bar).then((next) => follow(next, 0), () => follow(bar, failures + 1));
  }, wait);
}

/**
 * @param {Element} bar
 * @returns {Promise<Element>} what stands in its place
 */
async function refresh(bar) {
  const url = bar.getAttribute("data-refresh-url") || location.href;
  const response = await fetch(url, { headers: { Accept: "text/html" }, cache: "no-store" });
  if (!response.ok) throw new Error(String(response.status));
  const next = parse(await response.text()).getElementById(bar.id);
  if (!next) { // the work is done, and the page is another one now
    location.reload();
    return bar;
  }
  const focused = bar.contains(document.activeElement) ? document.activeElement?.id : "";
  bar.replaceWith(next);
  if (focused) document.getElementById(focused)?.focus();
  // Every tick in a screen reader would be noise; the end is worth saying.
  if (!next.hasAttribute("data-refresh-seconds")) {
    announce(next.querySelector("[data-progress-text]")?.textContent ?? "");
  }
  return next;
}
