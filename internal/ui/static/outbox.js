// Answers on their way to the server.
import { prefix } from "./lib.js";

/** @typedef {"saving" | "saved" | "waiting" | "failed" | "ended" | "elsewhere"} State */
/** @typedef {(state: State, more?: {message?: string, url?: string}) => void} Report */
/** @typedef {{message?: string, url?: string, value?: string[], revision?: number}} Said */

/** What the device keeps of an answer that the server may not have: the
    revision of the one whose place it takes, what else was sent without a
    receipt, the page it was given on, and when.
    @typedef {{item: string, values: string[], seen: number, unsure: string[], page: string, at: number}} Kept */

/** How long to wait after the n-th failure, in milliseconds, with a little
    chance, so that a whole ward does not come back at once.
    @param {number} failures */
export function pause(failures) {
  const waits = [1, 2, 5, 10, 20, 30];
  return waits[Math.min(failures, waits.length) - 1] * 1000 * (0.8 + 0.4 * Math.random());
}

/** Nobody comes back for an answer after so many milliseconds. */
const forgotten = 14 * 24 * 3600 * 1000;

/** @param {string[]} values */
const textOf = (values) => JSON.stringify(values);

/**
 * One request per change, one at a time, in the order they were made; a newer
 * answer to the same item takes the place of one that still waits. So an older
 * answer can never overtake a newer one.
 *
 * Each goes with the revision of the answer it takes the place of. When the
 * server has another by then, it keeps that one and says so. What it has may be
 * our own, if its receipt got lost: that is known by what was sent.
 */
export class Outbox {
  /** @param {{url: string, ballot: string, remember: boolean, report: Report, here: (item: string) => boolean,
      newer?: (item: string, values: string[]) => void}} options */
  constructor({ url, ballot, remember, report, here, newer }) {
    this.url = url;
    this.ballot = ballot;
    this.report = report;
    this.here = here;
    this.newer = newer;
    this.remember = remember;
    this.key = `${prefix}${url} ${ballot} `;
    /** @type {Map<string, string[]>} */
    this.queue = new Map();
    /** @type {Map<string, string[]>} text that is still being written */
    this.drafts = new Map();
    /** @type {Map<string, number>} of the answers that the page shows */
    this.revisions = new Map();
    /** @type {Map<string, string[]>} what was sent and may have arrived */
    this.unsure = new Map();
    /** @type {Map<string, string>} where the items of other pages stand */
    this.pages = new Map();
    /** @type {Map<string, string>} what this page has put into the storage */
    this.stored = new Map();
    /** @type {[string, string[]] | null} */
    this.onTheWay = null;
    this.failures = 0;
    this.refused = 0;
    this.ended = false;
    /** @type {() => void} called when all is sent, or nothing can be */
    this.idled = () => {};
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** Nothing is left to send, or it is of no use to try. */
  idle() { return this.ended || (!this.onTheWay && this.queue.size === 0); }

  /** True when leaving the page might lose an answer. */
  stuck() { return !this.ended && this.failures > 0 && !this.idle(); }

  /** @param {string} item @param {string[]} values */
  put(item, values) {
    if (this.ended) return;
    this.queue.delete(item); // to the end of the queue
    this.queue.set(item, values);
    this.keep(item);
    this.send();
  }

  /** Keeps a text that is still being written on the device, not on the server.
      @param {string} item @param {string[]} values */
  draft(item, values) {
    this.drafts.set(item, values);
    this.keep(item);
  }

  /** @param {string} item */
  forgetDraft(item) {
    if (this.drafts.delete(item) && !this.latest(item)) this.drop(item);
  }

  /** What is to become of an answer to an item of this page that the device
      kept, when the page came with another.
      @param {Kept} kept @param {string[]} shown
      @returns {"arrived" | "ours" | "newer"} */
  verdict({ item, values, seen, unsure }, shown) {
    if (textOf(values) === textOf(shown)) return "arrived";
    const ours = seen === this.revisions.get(item) || unsure.includes(textOf(shown));
    return ours ? "ours" : "newer";
  }

  /** Sends what was answered on another page of the device and kept.
      @param {Kept} kept */
  resume({ item, values, seen, unsure, page }) {
    this.revisions.set(item, seen);
    this.unsure.set(item, unsure);
    this.pages.set(item, page);
    this.put(item, values);
  }

  async send() {
    clearTimeout(this.timer);
    if (this.onTheWay || this.ended) return;
    const next = this.queue.entries().next().value;
    if (!next) return;
    this.onTheWay = next;
    this.queue.delete(next[0]);
    this.report("saving");
    let response = null;
    try {
      response = await this.post(next, this.revisions.get(next[0]) ?? 0);
    } catch {
      // No connection, or a timeout: the same as no response.
    }
    this.onTheWay = null;
    if (response?.ok) this.arrived(next[0], response);
    else if (response?.status === 412) this.other(next, await said(response));
    else if (response && [400, 413, 422].includes(response.status)) await this.refuse(next[0], response);
    else if (response && ended(response)) await this.end(next, response);
    else this.again(next);
  }

  /** @param {[string, string[]]} entry @param {number} seen */
  post([item, value], seen) {
    this.unsure.set(item, [...(this.unsure.get(item) ?? []), textOf(value)]);
    this.keep(item);
    return fetch(this.url, {
      method: "POST",
      keepalive: true,
      credentials: "same-origin",
      redirect: "manual", // to a sign-in page, say: that is no receipt
      headers: { "Content-Type": "application/json", "X-Requested-With": "survey" },
      body: JSON.stringify({ ballot: this.ballot, item, value, seen }),
      signal: AbortSignal.timeout?.(20000),
    });
  }

  /** @param {string} item @param {Response} response */
  arrived(item, response) {
    this.revisions.set(item, Number(response.headers.get("Revision")) || 0);
    this.known(item);
    if (this.queue.size > 0) this.send();
    else if (!this.refused) this.report("saved");
    this.refused = 0;
    this.rest();
  }

  /** The server knows now, and we know what it has. @param {string} item */
  known(item) {
    this.failures = 0;
    this.unsure.delete(item);
    if (this.latest(item)) this.keep(item);
    else this.drop(item);
  }

  /** The server has an answer that this page has not shown. If we sent it
      ourselves, ours goes again; else there is a choice to be made, and the
      device keeps ours until it is.
      @param {[string, string[]]} entry @param {Said} said */
  other([item, values], { value = [], revision = 0 }) {
    const own = this.unsure.get(item)?.includes(textOf(value));
    this.failures = 0;
    this.unsure.delete(item);
    if (own || this.here(item)) this.revisions.set(item, revision);
    if (own) {
      this.put(item, this.queue.get(item) ?? values);
      return;
    }
    this.queue.delete(item);
    if (this.queue.size === 0 && !this.refused) this.report("saved"); // what the page now shows is on the server
    if (this.here(item)) this.newer?.(item, value);
    else this.report("elsewhere", { url: this.pages.get(item) });
    this.send();
    this.rest();
  }

  /** The server will not have this answer; the others may still go.
      @param {string} item @param {Response} response */
  async refuse(item, response) {
    this.refused++;
    this.known(item);
    this.report("failed", await said(response));
    this.send();
    this.rest();
  }

  /** Nothing more can be saved here. What was not sent stays in the form and
      in memory.
      @param {[string, string[]]} entry @param {Response} response */
  async end(entry, response) {
    this.back(entry);
    this.ended = true;
    this.report("ended", await said(response));
    this.rest();
  }

  rest() {
    if (this.idle()) this.idled();
  }

  /** @param {[string, string[]]} entry */
  again(entry) {
    this.back(entry);
    this.failures++;
    this.report("waiting");
    this.timer = setTimeout(() => this.send(), pause(this.failures));
  }

  /** To the head of the queue, unless there is a newer answer by now.
      @param {[string, string[]]} entry */
  back([item, value]) {
    if (!this.queue.has(item)) this.queue = new Map([[item, value], ...this.queue]);
    this.keep(item);
  }

  /** The page is going away: everything that waits is sent now and outlives
      the page; the device still has it in case none of it arrives. */
  leave() {
    if (this.ended) return;
    for (const entry of this.queue) {
      let seen = this.revisions.get(entry[0]) ?? 0;
      // An older answer to the same item is before it, and will count by one.
      if (this.onTheWay?.[0] === entry[0]) seen = (seen % 255) + 1;
      this.post(entry, seen).catch(() => {});
    }
  }

  /** The newest answer to an item that the server may not have.
      @param {string} item */
  latest(item) {
    return this.drafts.get(item) ?? this.queue.get(item) ?? (this.onTheWay?.[0] === item ? this.onTheWay[1] : undefined);
  }

  /** @param {string} item */
  keep(item) {
    const values = this.latest(item);
    if (!this.remember || !values) return;
    const text = JSON.stringify({
      item, values, seen: this.revisions.get(item) ?? 0, unsure: this.unsure.get(item) ?? [],
      page: this.pages.get(item) ?? location.pathname, at: Date.now(),
    });
    try {
      localStorage.setItem(this.key + item, text);
      this.stored.set(item, text);
    } catch {
      // Storage is off or full: memory has it.
    }
  }

  /** Forgets an answer that the server has; not one that another window of
      this device has put in its place. @param {string} item */
  drop(item) {
    try {
      if (localStorage.getItem(this.key + item) === this.stored.get(item)) localStorage.removeItem(this.key + item);
    } catch {
      // Storage is off: there is nothing to forget.
    }
  }

  /** What the device has kept for this ballot. @returns {Kept[]} */
  recall() {
    if (!this.remember) return [];
    /** @type {Kept[]} */
    const out = [];
    try {
      for (const key of Object.keys(localStorage).filter((k) => k.startsWith(prefix))) {
        const text = localStorage.getItem(key) ?? "{}";
        /** @type {Kept} */
        const kept = JSON.parse(text);
        if (!(Date.now() - kept.at < forgotten)) localStorage.removeItem(key);
        else if (key === this.key + kept.item) {
          this.stored.set(kept.item, text);
          out.push(kept);
        }
      }
    } catch {
      // Storage is off, or something else wrote there.
    }
    return out;
  }
}

/** Only a path of our own: the answer of the server is still only an answer.
    @param {string | undefined} url */
export function ours(url) { return /^\/(?![/\\])/.test(url ?? ""); }

/**
 * Whether it is of no use to try again: signed out, submitted, round closed.
 * @param {Response} response
 */
function ended(response) {
  return response.type === "opaqueredirect" || [401, 403, 404, 409, 410].includes(response.status);
}

/**
 * What the server says in JSON, if it does.
 * @param {Response} response
 * @returns {Promise<Said>}
 */
export async function said(response) {
  if (!response.headers.get("Content-Type")?.startsWith("application/json")) return {};
  try {
    const { message, url, value, revision } = await response.json();
    return { message: message ? String(message) : undefined, url: url ? String(url) : undefined, value: value ?? undefined, revision: revision ?? undefined };
  } catch {
    return {};
  }
}
