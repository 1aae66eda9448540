// How many people an event's target group has, told while the boxes are being
// ticked. Without a script a button of the form counts instead.

const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-reach]"));
const text = form?.querySelector("[data-reach-text]");

if (form && text) {
  let asked = 0;
  /** @type {number | undefined} */
  let soon;
  form.addEventListener("change", (event) => {
    const name = /** @type {HTMLInputElement} */ (event.target).name;
    if (!["units", "professions", "roles", "codes"].includes(name)) return;
    clearTimeout(soon);
    soon = setTimeout(count, 200);
  });

  const count = async () => {
    const n = ++asked;
    const q = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string" && ["units", "professions", "roles", "codes"].includes(name)) q.append(name, value);
    }
    try {
      const answer = await fetch(`${form.dataset.reach}?${q}`, { headers: { Accept: "text/plain" } });
      const said = await answer.text();
      if (answer.ok && n === asked) text.textContent = said; // an older answer may come later
    } catch {
      // Without a connection the number stays as it was; saving counts anew.
    }
  };
}
