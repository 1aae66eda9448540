// The support log: entries are made on the device and sent when there is a connection. The page works without this too.
import { announce, fill, forgetLog, logCache, logPrefix, parse, workerURL } from "./lib.js";
import { pause } from "./outbox.js";

/** Somebody is signing out: from then on nothing is put on the device any more, whatever was under way. */
let leaving = false;
document.addEventListener("submit", (event) => {
  leaving ||= /** @type {Element} */ (event.target).hasAttribute("data-sign-out");
}, true);

/** What the device keeps of an entry. Its day is told by the device's own count of days: how many days before the day on which it
    was made, and which day that was. However wrong the clock is, the difference is right when the entry is sent.
    @typedef {{key: string, area: string, service: number, way: string, minutes: number, unit: number, note: string,
      ago: number, made: number, refused?: string}} Entry */

/** @typedef {"saved" | "waiting" | "failed"} State */

/** The day that the device thinks it is, counted from 1970. */
function deviceDay() {
  const now = new Date();
  return Math.floor((now.getTime() - now.getTimezoneOffset() * 60000) / 86400000);
}

/**
 * What gives a person away, by kind, as far as a pattern can tell. Names are known to the server only.
 * @type {[string, RegExp][]}
 */
const telling = [
  ["note-email", /[\p{L}\p{N}._%+-]+ ?(?:@|\(at\)|\[at\]|\(ät\)|\[ät\]) ?[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/iu],
  ["note-identity", /(?<![\p{L}\p{N}])[0-3]\d[01]\d{3}[-+–−‐‑ABCDEFUVWXY]\d{3}[0-9A-Z](?![\p{L}\p{N}])/iu],
  ["note-phone", /(?<![\d.])(?:\+|00|0)[1-9](?:[\s\u00a0()-]{0,2}\d){5,12}(?![\d])/u],
];

/** @param {HTMLFormElement} form */
function start(form) {
  /** @type {Record<string, string>} */
  const texts = JSON.parse(form.dataset.log ?? "{}");
  const shared = form.dataset.shared !== undefined;
  const store = new Store(form.dataset.owner ?? "", !shared);
  const line = document.getElementById("log-saved"), list = document.getElementById("log-waiting");
  let editing = "", dirty = false, busy = false, failures = 0, out = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  if (shared) forgetLog();
  else install(form).catch(() => {}); // the page works as well without

  /** @param {State} state @param {string} text @param {boolean} [loud] */
  function say(state, text, loud = false) {
    if (line) {
      line.dataset.state = state;
      line.textContent = text;
    }
    announce(text, loud);
  }

  form.addEventListener("change", () => { dirty = true; });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const by = /** @type {SubmitEvent} */ (event).submitter;
    const pressed = by instanceof HTMLButtonElement && by.name === "minutes_now" ? by.value : "";
    const entry = read(form, editing || newKey(), pressed);
    const fault = wrong(entry, texts);
    if (fault) {
      say("failed", fault.text, true);
      fold(form, fault.name)?.focus();
      return;
    }
    store.put(entry);
    editing = "";
    dirty = false;
    clean(form, pressed);
    show();
    failures = 0;
    send();
  });

  async function send() {
    clearTimeout(timer);
    const ready = store.all().filter((e) => !e.refused).slice(0, 50);
    if (busy || out || ready.length === 0) return;
    busy = true;
    let response = null;
    try {
      response = await fetch("/log/entries", {
        method: "POST", credentials: "same-origin", redirect: "manual",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ entries: ready.map(toSend) }),
        signal: AbortSignal.timeout?.(20000),
      });
      if (response.ok && !leaving) await settle(await response.json());
    } catch {
      response = null; // no connection, or half an answer: the same again later
    }
    busy = false;
    if (leaving) return;
    show();
    if (response?.ok) {
      failures = 0;
      send();
    } else if (response && (response.type === "opaqueredirect" || [401, 403, 404].includes(response.status))) {
      out = true;
      say("failed", texts["signed-out"], true);
    } else if (response && [400, 413, 422].includes(response.status)) {
      for (const e of ready) store.put({ ...e, refused: texts["not-taken"] });
      show();
    } else {
      failures++;
      if (failures === 1) say("waiting", shared || !store.lasting ? texts["not-kept"] : texts.kept);
      timer = setTimeout(send, pause(failures));
    }
  }

  /** @param {{entries: {key: string, saved: boolean, message?: string}[]}} answer */
  async function settle(answer) {
    let saved = 0, message = "";
    for (const { key, saved: taken, message: why } of answer.entries) {
      const entry = store.get(key);
      if (taken) {
        store.drop(key);
        saved++;
      } else if (entry) store.put({ ...entry, refused: why || texts["not-taken"] });
      message = why || message;
    }
    if (message) say(saved > 0 ? "saved" : "failed", message, true);
    else say("saved", texts.saved);
    if (saved > 0) await renew();
  }

  /** The list of own entries anew, or the whole page in the place of the one that the device keeps. */
  async function renew() {
    if (form.dataset.offline !== undefined) {
      if (!dirty && !editing && store.all().length === 0) location.reload();
      return;
    }
    const response = await fetch("/log", { headers: { Accept: "text/html" }, cache: "no-store" });
    const next = response.ok && parse(await response.text()).getElementById("log-own");
    if (next) document.getElementById("log-own")?.replaceWith(next);
    if (!shared) keep().catch(() => {}); // with the new defaults
  }

  /** What waits on the device, with what can be done about it. */
  function show() {
    if (!list) return;
    const all = store.all(), focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset.key;
    list.hidden = all.length === 0;
    const head = document.createElement("h2"), ul = document.createElement("ul"), more = document.createElement("p");
    head.textContent = fill(texts.waiting, { n: all.length });
    ul.className = "links";
    ul.append(...all.map((e) => item(e)));
    more.className = "meta";
    more.textContent = store.lasting ? texts.wiped : texts["not-kept"];
    const again = button(texts.again, () => { out = false; failures = 0; send(); });
    list.replaceChildren(head, ul, more, again);
    if (focused) /** @type {HTMLElement | null} */ (list.querySelector(`[data-key="${focused}"]`))?.focus();
  }

  /** @param {Entry} entry */
  function item(entry) {
    const li = document.createElement("li"), what = document.createElement("span"), row = document.createElement("span");
    const way = label(form, "way", entry.way), time = fill(texts.min, { n: entry.minutes });
    what.textContent = [time, label(form, "area", entry.area), way].join(", ");
    row.className = "row";
    if (entry.refused) {
      const why = document.createElement("p"), words = document.createElement("span");
      why.className = "error";
      words.textContent = entry.refused;
      why.append(words);
      const fix = button(texts.correct, () => { editing = entry.key; write(form, entry); fold(form, "note"); fold(form, "area")?.focus(); });
      fix.dataset.key = "fix " + entry.key;
      row.append(fix);
      li.append(what, why, row);
    } else li.append(what, row);
    const gone = button(texts.remove, () => { store.drop(entry.key); show(); });
    gone.dataset.key = entry.key;
    row.append(gone);
    return li;
  }

  addEventListener("online", () => { out = false; failures = 0; send(); });
  addEventListener("storage", show);
  addEventListener("beforeunload", (event) => { if (!store.lasting && store.all().length > 0) event.preventDefault(); });
  show();
  send();
}

/** The entries that wait, by key; where the device may not keep anything, in memory. */
class Store {
  /** @param {string} owner @param {boolean} lasting */
  constructor(owner, lasting) {
    this.prefix = `${logPrefix}${owner} `;
    this.lasting = lasting;
    /** @type {Map<string, Entry>} */
    this.here = new Map();
  }

  /** @returns {Entry[]} in the order in which they were made */
  all() {
    const found = new Map(this.here);
    try {
      for (const key of this.lasting ? Object.keys(localStorage) : []) {
        if (key.startsWith(this.prefix)) found.set(key.slice(this.prefix.length), JSON.parse(localStorage.getItem(key) ?? ""));
      }
    } catch {
      // Storage is off, or something else wrote there.
    }
    return [...found.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** @param {string} key */
  get(key) { return this.all().find((e) => e.key === key); }

  /** @param {Entry} entry */
  put(entry) {
    if (this.lasting) {
      try {
        localStorage.setItem(this.prefix + entry.key, JSON.stringify(entry));
        return;
      } catch {
        this.lasting = false; // storage is off or full
      }
    }
    this.here.set(entry.key, entry);
  }

  /** @param {string} key */
  drop(key) {
    this.here.delete(key);
    try {
      localStorage.removeItem(this.prefix + key);
    } catch {
      // Storage is off: there is nothing to forget.
    }
  }
}

/** A name that no other entry has: the time first, so that they sort, and 128 random bits. */
function newKey() {
  const random = [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
  return Date.now().toString(36).padStart(9, "0") + "-" + random;
}

/** @param {Entry} entry */
function toSend({ key, area, service, way, minutes, unit, note, ago, made }) {
  return { key, area, service, way, minutes, unit, note, ago: ago + deviceDay() - made };
}

/** @param {HTMLFormElement} form @param {string} key @param {string} pressed minutes of a button, or "" @returns {Entry} */
function read(form, key, pressed) {
  const data = new FormData(form), text = (/** @type {string} */ name) => String(data.get(name) ?? "").trim();
  return {
    key, area: text("area"), service: Number(text("service")) || 0, way: text("way"),
    minutes: Number(pressed || text("minutes_other") || text("minutes")) || 0, unit: Number(text("unit")) || 0,
    note: text("note"), ago: Number(text("ago")) || 0, made: deviceDay(),
  };
}

/**
 * What the page itself can see is wrong: the rest is the server's to say.
 * @param {Entry} entry @param {Record<string, string>} texts
 */
function wrong(entry, texts) {
  if (!entry.area) return { name: "area", text: texts["choose-area"] };
  if (!entry.way) return { name: "way", text: texts["choose-way"] };
  if (!(Number.isInteger(entry.minutes) && entry.minutes >= 1 && entry.minutes <= 600)) return { name: "minutes_now", text: texts["choose-minutes"] };
  for (const [kind, shape] of telling) {
    const found = shape.exec(entry.note);
    if (found) return { name: "note", text: fill(texts[kind], { found: found[0] }) };
  }
  return null;
}

/** Puts an entry back into the form. @param {HTMLFormElement} form @param {Entry} entry */
function write(form, entry) {
  const values = {
    area: entry.area, service: entry.service, way: entry.way, minutes_other: entry.minutes,
    unit: entry.unit, note: entry.note, ago: Math.max(0, entry.ago + deviceDay() - entry.made),
  };
  for (const [name, value] of Object.entries(values)) {
    for (const control of /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll(`[name="${name}"]`))) {
      if (control.type === "radio") control.checked = control.value === String(value);
      else if (control.type !== "hidden") control.value = String(value);
    }
  }
}

/**
 * After an entry was made: its choices stand for the next, its note and day do not.
 * @param {HTMLFormElement} form @param {string} pressed minutes of a button, or ""
 */
function clean(form, pressed) {
  for (const b of /** @type {NodeListOf<HTMLButtonElement>} */ (form.querySelectorAll('[name="minutes_now"]'))) {
    b.classList.toggle("primary", b.value === pressed);
    b.classList.toggle("quiet", b.value !== pressed);
  }
  for (const [name, value] of [["note", ""], ["ago", "0"], ...(pressed ? [["minutes_other", ""], ["minutes", pressed]] : [])]) {
    const control = /** @type {HTMLInputElement | null} */ (form.querySelector(`[name="${name}"]`));
    if (control) control.value = value;
  }
}

/** A field, unfolded if need be. @param {HTMLFormElement} form @param {string} name */
function fold(form, name) {
  const control = /** @type {HTMLElement | null} */ (form.querySelector(`[name="${name}"]:checked`) ?? form.querySelector(`[name="${name}"]`));
  control?.closest("details")?.setAttribute("open", "");
  return control;
}

/** A choice in words. @param {HTMLFormElement} form @param {string} name @param {string} value */
function label(form, name, value) {
  const radio = /** @type {HTMLInputElement | null} */ (form.querySelector(`input[name="${name}"][value="${value}"]`));
  return (radio?.labels?.[0]?.querySelector("span")?.firstChild?.textContent ?? value).trim();
}

/** @param {string} text @param {() => void} pressed */
function button(text, pressed) {
  const b = document.createElement("button");
  b.type = "button";
  b.className = "btn quiet small";
  b.textContent = text;
  b.addEventListener("click", pressed);
  return b;
}

/** Makes the page open without a connection from now on. @param {HTMLFormElement} form */
async function install(form) {
  if (!("serviceWorker" in navigator) || !globalThis.caches) return;
  await navigator.serviceWorker.register(workerURL(form.dataset.worker ?? ""), { scope: "/log" });
  if (leaving) forgetLog();
  if (form.dataset.offline === undefined) await keep();
}

/** Puts the page for times without a connection on the device, with the files that it needs, in the place of older ones. */
async function keep() {
  if (!globalThis.caches) return;
  const response = await fetch("/log/offline", { cache: "no-store", redirect: "manual" });
  if (!response.ok) return;
  const page = parse(await response.clone().text());
  if (leaving) return;
  const files = (page.querySelector("form[data-log]")?.getAttribute("data-files") ?? "").split(" ");
  for (const e of page.querySelectorAll("link[href], script[src]")) files.push(e.getAttribute("href") ?? e.getAttribute("src") ?? "");
  const wanted = files.filter((f) => f.startsWith("/static/"));
  const cache = await caches.open(logCache);
  for (const old of await cache.keys()) {
    if (!wanted.includes(new URL(old.url).pathname) && new URL(old.url).pathname !== "/log/offline") await cache.delete(old);
  }
  for (const f of wanted) if (!(await cache.match(f))) await cache.add(f);
  if (!leaving) await cache.put("/log/offline", response);
}

for (const form of document.querySelectorAll("form[data-log]")) start(/** @type {HTMLFormElement} */ (form));
