// A survey page: every change is saved at once, questions appear and vanish by
// their conditions, and the count of answers follows.
//
// The page works without this module: the answers then go with the form. What
// this module promises is that an answer once given is never lost silently. It
// stays in the queue, and in sessionStorage unless the device is shared, until
// the server has said that it has it.
import { Answers } from "./answers.js";
import { announce, fill } from "./lib.js";
import { Outbox } from "./outbox.js";

for (const form of document.querySelectorAll("form[data-survey]")) {
  start(/** @type {HTMLFormElement} */ (form));
}

/** @param {HTMLFormElement} form */
function start(form) {
  const answers = new Answers(form);
  const line = document.getElementById("survey-saved");
  const say = sayer(form, line);
  const outbox = form.dataset.save
    ? new Outbox({
        url: form.dataset.save,
        ballot: form.dataset.ballot ?? "",
        remember: form.dataset.shared === undefined,
        report: say,
      })
    : null;

  // The server counts writes so that they say nothing of what was skipped, and so
  // must know that this page saves answers one by one.
  if (outbox) {
    const auto = document.createElement("input");
    auto.type = "hidden";
    auto.name = "auto";
    auto.value = "1";
    form.append(auto);
  }

  // Answers that did not reach the server before a reload are put back first,
  // so that nobody sees an older answer than the one they gave.
  for (const [item, values] of outbox?.unsent() ?? []) answers.set(item, values);
  settle();
  outbox?.send();

  /** @type {Map<string, ReturnType<typeof setTimeout>>} */
  const pauses = new Map();
  /** @type {Map<string, string>} what was last handed to the outbox */
  const kept = new Map(answers.names().map((name) => [name, JSON.stringify(answers.get(name))]));

  /** @param {string} item */
  function save(item) {
    clearTimeout(pauses.get(item));
    pauses.delete(item);
    outbox?.forgetDraft(item);
    const values = answers.get(item);
    const text = JSON.stringify(values);
    if (kept.get(item) === text) return;
    kept.set(item, text);
    outbox?.put(item, values);
  }

  function settle() {
    answers.showAndHide();
    count(form, answers);
  }

  form.addEventListener("change", (event) => {
    const name = /** @type {HTMLInputElement} */ (event.target).name;
    if (!answers.has(name)) return;
    answers.card(name)?.classList.remove("wrong");
    settle();
    save(name);
  });

  // Text goes to the server when its box is left; in a pause before that the
  // device keeps it. Saved again and again, it would show in the server's log
  // how long somebody wrote.
  form.addEventListener("input", (event) => {
    const control = /** @type {HTMLInputElement} */ (event.target);
    if (!answers.has(control.name) || !answers.isText(control)) return;
    clearTimeout(pauses.get(control.name));
    pauses.set(control.name, setTimeout(() => { settle(); outbox?.draft(control.name, answers.get(control.name)); }, 1000));
  });

  // Choosing the chosen one again clears the answer: nothing is compulsory.
  answers.clearable((name) => { settle(); save(name); });

  const saveText = () => { for (const name of [...pauses.keys()]) save(name); };
  addEventListener("pagehide", () => { saveText(); outbox?.leave(); });
  document.addEventListener("visibilitychange", () => { if (document.hidden) saveText(); });
  addEventListener("online", () => outbox?.send());

  // The form carries the whole page, so a submitted page needs no queue; but
  // it must not be forgotten before the server has it, so the memory is left
  // to the next page, which finds the answers saved.
  form.addEventListener("submit", saveText);
  addEventListener("beforeunload", (event) => {
    if (outbox?.stuck() && !form.hasAttribute("data-sending")) event.preventDefault();
  });
}

/**
 * How the state of saving is said: the line in words, and aloud only when
 * something is amiss or is well again.
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} line
 * @returns {(state: import("./outbox.js").State, more?: {message?: string, url?: string}) => void}
 */
function sayer(form, line) {
  let before = "saved";
  return (state, more = {}) => {
    if (!line) return;
    const lang = document.documentElement.lang;
    // As the server writes times: Swedish as in Finland, English with 24 hours.
    const time = new Date().toLocaleTimeString({ sv: "sv-FI", en: "en-GB" }[lang] ?? lang, { hour: "numeric", minute: "2-digit" });
    /** @type {Record<string, string>} */
    const texts = {
      saving: form.dataset.textSaving ?? "",
      saved: fill(form.dataset.textSaved ?? "", { time }),
      waiting: form.dataset.textOffline ?? "",
      failed: form.dataset.textFailed ?? "",
      ended: form.dataset.textEnded ?? "",
    };
    const text = more.message || texts[state];
    line.dataset.state = state === "ended" ? "failed" : state;
    line.textContent = text;
    if (state === "ended") loud(form, text, more.url);
    else if (state === "waiting" || state === "failed") { if (before !== state) announce(text, true); }
    else if (state === "saved" && before !== "saved" && before !== "saving") announce(text);
    if (state !== "saving") before = state;
  };
}

/**
 * The round is over, or the ballot is not valid any more: said where nobody
 * misses it, with the way on.
 * @param {HTMLFormElement} form
 * @param {string} text
 * @param {string} [url]
 */
function loud(form, text, url) {
  const box = document.getElementById("survey-ended") ?? document.createElement("div");
  box.id = "survey-ended";
  box.className = "error-summary";
  box.tabIndex = -1;
  box.setAttribute("role", "alert");
  const words = document.createElement("p");
  words.textContent = text;
  box.replaceChildren(words);
  // Only a path of our own: the answer of the server is still only an answer.
  if (url && /^\/(?![/\\])/.test(url)) {
    const link = document.createElement("a");
    link.href = url;
    link.textContent = form.dataset.textLink ?? url;
    box.append(link);
  }
  form.before(box);
  box.scrollIntoView({ block: "center" });
  box.focus({ preventScroll: true });
}

/**
 * @param {HTMLFormElement} form
 * @param {Answers} answers
 */
function count(form, answers) {
  const bar = /** @type {HTMLProgressElement | null} */ (document.getElementById("survey-progress"));
  const text = /** @type {HTMLElement | null} */ (document.querySelector("[data-answered-text]"));
  if (!bar) return;
  const total = Number(bar.dataset.total);
  const done = Math.min(total, Number(bar.dataset.elsewhere) + answers.answered());
  bar.value = done;
  if (text) text.textContent = fill(text.dataset.answeredText ?? "", { done, total });
}
