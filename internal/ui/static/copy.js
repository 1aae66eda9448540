// Buttons that copy a text on the page. The text is selected too, so that
// where copying is not allowed a key does the rest.
import { announce } from "./lib.js";

document.addEventListener("click", async (event) => {
  const button = /** @type {Element} */ (event.target).closest("[data-copy]");
  if (!(button instanceof HTMLElement)) return;
  const field = /** @type {HTMLInputElement | HTMLTextAreaElement | null} */ (document.getElementById(button.dataset.copy ?? ""));
  if (!field) return;
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    return; // it stays selected
  }
  const done = button.dataset.copied ?? "";
  const before = button.textContent;
  if (before === done) return;
  button.textContent = done;
  announce(done);
  setTimeout(() => { button.textContent = before; }, 4000);
});
