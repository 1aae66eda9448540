// Free text that must not hold what identifies somebody: <textarea data-no-email data-no-identity data-no-phone>, each with what
// is to be said. The writer learns of it at once and the form is not sent. The shapes are plain ones, narrower than the
// server's, so that nothing is stopped here that the server would take.
import { announce } from "./lib.js";

/** @type {[string, RegExp][]} */
const shapes = [
  ["noEmail", /[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)*\.\p{L}{2,}/u],
  ["noIdentity", /(?<![\p{L}\p{N}+])\d{6}[-+A-FU-Ya-fu-y]\d{3}[0-9A-Za-z](?![\p{L}\p{N}])/u],
  ["noPhone", /(?<![\d+.:,])(?:\+\d{1,3}[ -]?\d{2}|0\d{2})(?:[ -]?\d){6,9}(?![\p{L}\p{N}.:,])/u],
];

/**
 * What is wrong with a text, "" when nothing is.
 * @param {HTMLTextAreaElement} area
 */
function fault(area) {
  for (const [name, shape] of shapes) {
    const said = area.dataset[name];
    if (said && shape.test(area.value)) return said;
  }
  return "";
}

/**
 * Shows or takes away what is wrong, next to the text and in its description.
 * @param {HTMLTextAreaElement} area
 * @param {string} said
 */
function show(area, said) {
  const id = `${area.id}-found`;
  let line = document.getElementById(id);
  if (!line && !said) return;
  if (!line) {
    line = document.createElement("p");
    line.id = id;
    line.className = "error";
    area.before(line);
    area.setAttribute("aria-describedby", `${id} ${area.getAttribute("aria-describedby") ?? ""}`.trim());
  }
  if (line.textContent === said) return;
  line.textContent = said;
  line.hidden = !said;
  if (said) area.setAttribute("aria-invalid", "true");
  else area.removeAttribute("aria-invalid");
  announce(said);
}

for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-check-text]"))) {
  const areas = [...form.querySelectorAll("textarea")];
  for (const area of areas) area.addEventListener("input", () => show(area, fault(area)));
  form.addEventListener("submit", (event) => {
    const bad = areas.find((area) => fault(area));
    if (!bad) return;
    event.preventDefault();
    show(bad, fault(bad));
    bad.focus();
  });
}
