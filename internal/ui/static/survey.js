// A survey page: every change is saved at once, questions appear and vanish by
// their conditions, and the count of answers follows.
//
// The page works without this module: the answers then go with the form. What
// this module promises is that an answer once given is never lost silently. It
// stays in the queue, and on the device unless others use that too, until the
// server has said that it has it; and the page stays until the server has all
// of it.
import { Answers } from "./answers.js";
import { announce, fill, forget } from "./lib.js";
import { Move } from "./move.js";
import { Outbox, ours } from "./outbox.js";

for (const form of document.querySelectorAll("form[data-survey][data-save]")) {
  start(/** @type {HTMLFormElement} */ (form));
}
for (const form of document.querySelectorAll("form[data-survey-send]")) {
  startSending(/** @type {HTMLFormElement} */ (form));
}

/** @param {HTMLFormElement} form */
function start(form) {
  const answers = new Answers(form);
  const say = sayer(form, document.getElementById("survey-saved"));
  const outbox = new Outbox({
    url: form.dataset.save ?? "",
    ballot: form.dataset.ballot ?? "",
    remember: form.dataset.shared === undefined,
    report: (state, more) => { say(state, more); if (state === "waiting") move.hold(); },
    here: (item) => answers.has(item),
    newer: (item, values) => choose(item, answers.get(item), values),
  });
  const revisions = /** @type {HTMLInputElement} */ (form.elements.namedItem("revisions"));
  const move = mover(form, outbox, () => {
    revisions.value = answers.names().map((name) => (outbox.revisions.get(name) ?? 0).toString(16).padStart(2, "0")).join("");
  }, () => answers.names().forEach((name) => outbox.drop(name)));

  // The server counts writes so that they say nothing of what was skipped, and so
  // must know that this page saves answers one by one.
  const auto = document.createElement("input");
  auto.type = "hidden";
  auto.name = "auto";
  auto.value = "1";
  form.append(auto);

  /** @type {Map<string, ReturnType<typeof setTimeout>>} */
  const pauses = new Map();
  /** @type {Map<string, string>} what the server has, or was handed to the outbox */
  const kept = new Map();
  answers.names().forEach((name, i) => {
    outbox.revisions.set(name, parseInt(revisions.value.slice(2 * i, 2 * i + 2), 16));
    kept.set(name, JSON.stringify(answers.get(name)));
  });

  /** @param {string} item */
  function save(item) {
    clearTimeout(pauses.get(item));
    pauses.delete(item);
    const values = answers.get(item);
    const text = JSON.stringify(values);
    if (kept.get(item) !== text) {
      kept.set(item, text);
      outbox.put(item, values);
    }
    outbox.forgetDraft(item);
  }

  function settle() {
    answers.showAndHide();
    count(form, answers);
  }

  /**
   * There is a newer answer from another device: it is shown, and beside it
   * what was answered here.
   * @param {string} item @param {string[]} mine @param {string[]} theirs
   */
  function choose(item, mine, theirs) {
    clearTimeout(pauses.get(item));
    pauses.delete(item);
    outbox.drafts.delete(item);
    answers.set(item, theirs);
    kept.set(item, JSON.stringify(theirs));
    settle();
    move.callOff();
    const text = form.dataset.textNewer ?? "";
    const take = answers.offer(item, text, mine, form.dataset.textMine ?? "", form.dataset.textTake ?? "");
    take?.addEventListener("click", () => {
      answers.set(item, mine);
      answers.settled(item);
      settle();
      save(item);
    });
    announce(text);
  }

  // Answers that did not reach the server before a reload are put back first,
  // so that nobody sees an older answer than the one they gave.
  if (form.dataset.shared !== undefined) forget();
  for (const old of outbox.recall()) {
    const shown = answers.get(old.item);
    const verdict = answers.has(old.item) ? outbox.verdict(old, shown) : "elsewhere";
    if (verdict === "elsewhere") outbox.resume(old);
    else if (verdict === "arrived") outbox.drop(old.item);
    else if (verdict === "newer") choose(old.item, old.values, shown);
    else {
      answers.set(old.item, old.values);
      save(old.item);
    }
  }
  settle();

  form.addEventListener("change", (event) => {
    move.callOff();
    const name = /** @type {HTMLInputElement} */ (event.target).name;
    if (!answers.has(name)) return;
    answers.settled(name);
    settle();
    save(name);
  });

  // Text goes to the server when its box is left; in a pause before that the
  // device keeps it. Saved again and again, it would show in the server's log
  // how long somebody wrote.
  form.addEventListener("input", (event) => {
    move.callOff();
    const control = /** @type {HTMLInputElement} */ (event.target);
    if (!answers.has(control.name) || !answers.isText(control)) return;
    clearTimeout(pauses.get(control.name));
    pauses.set(control.name, setTimeout(() => { settle(); outbox.draft(control.name, answers.get(control.name)); }, 1000));
  });

  // Choosing the chosen one again clears the answer: nothing is compulsory.
  answers.clearable((name) => { move.callOff(); settle(); save(name); });

  const saveText = () => { for (const name of [...pauses.keys()]) save(name); };
  form.addEventListener("submit", saveText, { capture: true });
  addEventListener("pagehide", () => { saveText(); outbox.leave(); });
  document.addEventListener("visibilitychange", () => { if (document.hidden) saveText(); });
  addEventListener("beforeunload", (event) => {
    if (outbox.stuck() && !form.hasAttribute("data-sending")) event.preventDefault();
  });
}

/**
 * The page that hands the answers in: what an earlier page could not send goes
 * first.
 * @param {HTMLFormElement} form
 */
function startSending(form) {
  const outbox = new Outbox({
    url: form.dataset.save ?? "",
    ballot: form.dataset.ballot ?? "",
    remember: form.dataset.shared === undefined,
    report: (state, more) => {
      if (state === "waiting") move.hold();
      if (state === "elsewhere" || state === "ended") loud(form, more?.message || texts(form)[state], more?.url);
    },
    here: () => false,
  });
  const move = mover(form, outbox, () => {}, forget);
  for (const old of outbox.recall()) outbox.resume(old);
}

/**
 * The buttons of a form, sent by us (see Move).
 * @param {HTMLFormElement} form
 * @param {Outbox} outbox
 * @param {() => void} ready called before the form goes
 * @param {() => void} gone called when it has arrived
 */
function mover(form, outbox, ready, gone) {
  const bar = form.querySelector(".bar");
  const words = document.createElement("p");
  words.className = "held";
  const move = new Move({
    form, outbox, gone, ready,
    say: (state) => {
      const text = state === "held" ? form.dataset.textHeld : state === "wait" ? form.dataset.textWait : "";
      if (words.textContent === (text ?? "")) return;
      words.textContent = text ?? "";
      if (text) bar?.append(words);
      else words.remove();
      announce(text ?? "");
    },
  });
  form.addEventListener("submit", (event) => {
    ready();
    if (form.hasAttribute("data-natively")) return;
    event.preventDefault();
    const button = event.submitter ?? form.querySelector("button");
    if (button && !button.hasAttribute("aria-disabled")) move.press(/** @type {HTMLButtonElement} */ (button));
  });
  addEventListener("online", () => { outbox.send(); move.attempt(); });
  addEventListener("pageshow", (event) => { if (event.persisted) move.reset(); });
  return move;
}

/**
 * The sentences that the form brings along.
 * @param {HTMLFormElement} form
 * @returns {Record<import("./outbox.js").State, string>}
 */
function texts(form) {
  const d = form.dataset, now = new Date(), minutes = String(now.getMinutes()).padStart(2, "0");
  const time = now.getHours() + (document.documentElement.lang === "en" ? ":" : ".") + minutes;
  return {
    saving: d.textSaving ?? "", saved: fill(d.textSaved ?? "", { time }), waiting: d.textOffline ?? "",
    failed: d.textFailed ?? "", ended: d.textEnded ?? "", elsewhere: d.textOther ?? "",
  };
}

/**
 * How the state of saving is said: the line in words, and aloud only when
 * something is amiss or is well again.
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} line
 * @returns {import("./outbox.js").Report}
 */
function sayer(form, line) {
  let before = "saved";
  return (state, more = {}) => {
    if (!line) return;
    const text = more.message || texts(form)[state];
    if (state === "ended" || state === "elsewhere") loud(form, text, more.url);
    if (state === "elsewhere") return;
    line.dataset.state = state === "ended" ? "failed" : state;
    line.textContent = text;
    if (state === "waiting" || state === "failed") { if (before !== state) announce(text, state === "failed"); }
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
  if (url && ours(url)) {
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
