// The live room. Phones are sent the whole small state whenever it changes; pages of who leads the room read themselves again
// instead. Without this module every page works by forms and reloading.
import { announce, fill, parse } from "./lib.js";

/** @typedef {{id: number, text: string, name?: string, n: number, done?: boolean, pin?: boolean}} Question */
/** @typedef {{label: string, n: number, percent: number}} Count */
/** @typedef {{id: number, kind: string, title: string, options?: string[], open: boolean, n: number, counts?: Count[], shown: boolean}} Poll */
/** @typedef {{state: string, pending: number, questions: Question[], poll?: Poll}} State */

/**
 * One stream. A browser gives up when the server answers with an error, as it does while it starts: then we begin anew, each
 * phone after a time of its own.
 * @param {string} url
 * @param {(data: string) => void} heard
 */
function listen(url, heard) {
  const line = document.getElementById("live-connection");
  const words = line?.dataset.on ? line : document.getElementById("live-tag");
  /** @param {boolean} on */
  const say = (on) => {
    if (!line) return;
    line.dataset.state = on ? "saved" : "waiting";
    line.textContent = (on ? words?.dataset.on : words?.dataset.off) ?? "";
  };
  /** @type {EventSource | undefined} */
  let source;
  const connect = () => {
    source = new EventSource(url);
    source.onopen = () => say(true);
    source.onmessage = (event) => heard(event.data);
    source.onerror = () => {
      say(false);
      if (source?.readyState === EventSource.CLOSED) setTimeout(connect, 1500 + Math.random() * 3000);
    };
  };
  connect();
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", (event) => { if (event.persisted) connect(); });
}

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, string>} attributes
 * @param {...(Node | string)} inside
 * @returns {HTMLElementTagNameMap[T]}
 */
function make(tag, attributes, ...inside) {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) e.setAttribute(name, value);
  e.append(...inside);
  return e;
}

/** @param {HTMLElement} room */
function participate(room) {
  const words = /** @type {HTMLElement} */ (document.getElementById("live-tag")).dataset;
  const list = /** @type {HTMLElement} */ (document.getElementById("live-list"));
  const more = /** @type {HTMLButtonElement} */ (document.getElementById("live-more"));
  const box = /** @type {HTMLElement} */ (document.getElementById("live-poll"));
  const line = /** @type {HTMLTemplateElement} */ (document.getElementById("live-line"));
  /** @type {Map<number, Question>} */
  const held = new Map();
  /** @type {Set<number>} questions of this device, which need not wait behind the button */
  const own = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let soon;
  /** @type {State | undefined} */
  let last;

  /** @param {Question} q @param {boolean} mine */
  function draw(q, mine) {
    const li = /** @type {HTMLElement} */ (/** @type {HTMLElement} */ (line.content.firstElementChild).cloneNode(true));
    li.id = `q-${q.id}`;
    li.dataset.question = String(q.id);
    part(li, "[name=question]").setAttribute("value", String(q.id));
    part(li, "[data-text]").textContent = q.text;
    part(li, "[data-text]").id = `q-${q.id}-text`;
    part(li, "button").setAttribute("aria-describedby", `q-${q.id}-text`);
    press(li, mine);
    update(li, q);
    return li;
  }

  /** @param {Element} li @param {boolean} on */
  function press(li, on) {
    part(li, "button").setAttribute("aria-pressed", String(on));
    part(li, "[name=on]").setAttribute("value", on ? "0" : "1");
  }

  /** @param {Element} li @param {Question} q */
  function update(li, q) {
    part(li, "[data-n]").textContent = String(q.n);
    part(li, "[data-word]").textContent = (q.n === 1 ? words.voteWord : words.votesWord) ?? "";
    part(li, "[data-name]").textContent = q.name ?? "";
    part(li, "[data-done]").hidden = !q.done;
    part(li, "[data-pin]").hidden = !q.pin;
    /** @type {HTMLButtonElement} */ (part(li, "button")).disabled = last?.state !== "open";
  }

  /** @param {State} state */
  function show(state) {
    const moved = last ? last.state !== state.state : words.state !== state.state;
    last = state;
    if (moved) return location.reload(); // the room opens or closes: the page has other parts
    const there = new Set(state.questions.map((q) => q.id));
    for (const li of [...list.children]) {
      const id = Number(/** @type {HTMLElement} */ (li).dataset.question);
      if (!there.has(id)) li.remove();
    }
    for (const id of held.keys()) if (!there.has(id)) held.delete(id);
    for (const q of state.questions) {
      const li = document.getElementById(`q-${q.id}`);
      if (li) update(li, q);
      else if (own.has(q.id) || q.pin) { // what the host takes up now does not wait behind the button
        held.delete(q.id);
        list.prepend(draw(q, own.has(q.id)));
      } else held.set(q.id, q);
    }
    lift(state.questions.filter((q) => q.pin));
    offer();
    poll(state.poll);
  }

  /** What the host takes up next stands first. Nothing else moves while somebody reads. @param {Question[]} pinned */
  function lift(pinned) {
    pinned.forEach((q, i) => {
      const li = /** @type {HTMLElement} */ (document.getElementById(`q-${q.id}`));
      if (list.children[i] === li) return;
      const focused = li.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement) : null;
      list.insertBefore(li, list.children[i] ?? null);
      focused?.focus();
    });
  }

  function offer() {
    more.hidden = held.size === 0;
    more.textContent = held.size === 1 ? more.dataset.one ?? "" : fill(more.dataset.many ?? "", { n: held.size });
    const empty = document.getElementById("live-empty");
    if (empty) empty.hidden = list.children.length + held.size > 0;
    clearTimeout(soon);
    if (held.size > 0) soon = setTimeout(() => announce(more.textContent ?? ""), 4000);
  }

  more.addEventListener("click", () => {
    const fresh = [...held.values()].map((q) => draw(q, false));
    held.clear();
    list.prepend(...fresh);
    offer();
    fresh[0]?.focus();
  });

  /** @param {Poll | undefined} p */
  function poll(p) {
    box.hidden = !p;
    if (!p) return;
    const title = document.getElementById("live-poll-title");
    const key = `${p.id}${p.open}`;
    if (title?.dataset.poll !== key) {
      box.replaceChildren(
        make("h2", { id: "live-poll-title", dir: "auto", tabindex: "-1", "data-poll": key }, p.title),
        ...(p.open ? [form(p)] : []), make("div", { "data-results": "" }), make("p", { class: "meta", "data-answers": "" }));
      announce(p.title);
    }
    part(box, "[data-results]").replaceChildren(...(p.shown ? results(p) : []));
    part(box, "[data-answers]").textContent = fill(words.answeredBy ?? "", { n: p.n });
  }

  /** @param {Poll} p */
  function form(p) {
    const f = make("form", { method: "post", action: `/live/${words.code}/answer`, class: "stack-s", "data-live-answer": "" },
      make("input", { type: "hidden", name: "poll", value: String(p.id) }));
    if (p.kind === "words") {
      f.append(make("div", { class: "field" }, make("label", { for: "answer" }, words.wordLabel ?? ""),
        make("p", { class: "help", id: "answer-help" }, words.wordHelp ?? ""),
        make("input", { id: "answer", name: "answer", dir: "auto", autocomplete: "off", "aria-describedby": "answer-help" })));
    } else {
      const type = p.kind === "multiple" ? "checkbox" : "radio";
      const labels = p.kind === "scale" ? ["1", "2", "3", "4", "5"] : p.options ?? [];
      f.append(make("fieldset", { class: "field", "aria-labelledby": "live-poll-title" }, make("div", { class: "choices" },
        ...labels.map((label, i) => make("label", { class: "choice" }, make("input", { type, name: "answer", value: String(i + 1) }), make("span", { dir: "auto" }, label))))));
      if (p.kind === "scale") f.append(make("p", { class: "meta" }, fill(words.ends ?? "", { low: p.options?.[0] ?? "", high: p.options?.[1] ?? "" })));
    }
    f.append(make("button", { class: "btn primary" }, words.answer ?? ""), make("p", { class: "live-said", "data-said": "" }));
    return f;
  }

  /** @param {Poll} p */
  function results(p) {
    const counts = p.counts ?? [];
    if (p.kind === "words") {
      return [make("ul", { class: "words" }, ...counts.map((c) =>
        make("li", { class: `word-${1 + Math.floor(3 * c.n / Math.max(counts[0].n, 1))}` }, make("span", { dir: "auto" }, c.label), " ", make("b", {}, String(c.n)))))];
    }
    return [make("div", { class: "poll" }, ...counts.map((c) => make("div", {},
      make("span", { dir: "auto" }, c.label),
      make("meter", { min: "0", max: String(Math.max(p.n, 1)), value: String(c.n), "aria-label": c.label }),
      make("b", {}, fill(words.share ?? "", { percent: c.percent, n: c.n })))))];
  }

  /**
   * Sends a form and says what the server says.
   * @param {HTMLFormElement} f
   * @returns {Promise<{said?: string, error?: string, id?: number} | null>} null when it was not taken
   */
  async function send(f) {
    /** @type {{said?: string, error?: string, id?: number}} */
    let answer = {};
    let ok = false;
    try {
      const body = new URLSearchParams();
      for (const [name, value] of new FormData(f)) body.append(name, String(value));
      const response = await fetch(f.action, { method: "POST", headers: { Accept: "application/json" }, body, credentials: "same-origin" });
      ok = response.ok;
      answer = await response.json();
    } catch {
      ok = false; // no connection, or half an answer: what was written stays
    }
    const said = (ok ? answer.said : answer.error || words.error) ?? "";
    const place = f.querySelector("[data-said]");
    if (place) {
      place.textContent = said;
      place.classList.toggle("error", !ok);
    }
    announce(said, !ok);
    return ok ? answer : null;
  }

  room.addEventListener("submit", async (event) => {
    const f = /** @type {HTMLFormElement} */ (event.target);
    if (event.defaultPrevented) return;
    event.preventDefault();
    if (f.dataset.busy) return;
    f.dataset.busy = "1";
    if (f.dataset.liveVote !== undefined) {
      const li = /** @type {Element} */ (f.closest("li"));
      const on = part(li, "button").getAttribute("aria-pressed") !== "true";
      if (await send(f)) press(li, on);
    } else {
      const answer = await send(f);
      if (answer && f.dataset.liveAsk !== undefined) {
        /** @type {HTMLTextAreaElement} */ (part(f, "textarea")).value = "";
        mine(answer.id ?? 0);
      } else if (answer) {
        part(f, "button").textContent = words.answerAgain ?? "";
      }
    }
    delete f.dataset.busy;
  });

  /** A question that this device has asked, or that was there already, is shown at once. @param {number} id */
  function mine(id) {
    own.add(id);
    const q = held.get(id);
    if (q) {
      held.delete(id);
      list.prepend(draw(q, true));
      offer();
    }
    const li = document.getElementById(`q-${id}`);
    if (li) press(li, true);
  }

  listen(/** @type {string} */ (room.dataset.live), (data) => show(JSON.parse(data)));
}

/** @param {ParentNode} of @param {string} selector @returns {HTMLElement} */
function part(of, selector) { return /** @type {HTMLElement} */ (of.querySelector(selector)); }

/** A page that reads itself again, at most once a second, where it has parts. @param {HTMLElement} page */
function follow(page) {
  let busy = false, again = false;
  const read = async () => {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    again = false;
    try {
      const response = await fetch(location.pathname, { cache: "no-store", credentials: "same-origin" });
      if (response.ok) replace(parse(await response.text()));
    } catch {
      again = true;
    }
    setTimeout(() => {
      busy = false;
      if (again) read();
    }, 1000);
  };
  /** @param {Document} fresh */
  const replace = (fresh) => {
    for (const old of page.querySelectorAll("[data-part]")) {
      const now = fresh.getElementById(old.id);
      if (!now || now.isEqualNode(old)) continue;
      const focused = old.contains(document.activeElement) ? document.activeElement?.id : "";
      old.replaceWith(now);
      if (focused) document.getElementById(focused)?.focus();
    }
  };
  listen(/** @type {string} */ (page.dataset.follow), read);
}

const room = /** @type {HTMLElement | null} */ (document.querySelector("[data-live]"));
if (room) participate(room);
const page = /** @type {HTMLElement | null} */ (document.querySelector("[data-follow]"));
if (page) follow(page);
