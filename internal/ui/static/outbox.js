// Answers on their way to the server.

/** @typedef {"saving" | "saved" | "waiting" | "failed" | "ended"} State */
/** @typedef {(state: State, more?: {message?: string, url?: string}) => void} Report */

/** How long to wait after the n-th failure, in seconds. */
const waits = [1, 2, 5, 10, 20, 30];

/**
 * One request per change, one at a time, in the order they were made; a newer
 * answer to the same item takes the place of one that still waits. So an older
 * answer can never overtake a newer one.
 */
export class Outbox {
  /** @param {{url: string, ballot: string, remember: boolean, report: Report}} options */
  constructor({ url, ballot, remember, report }) {
    this.url = url;
    this.ballot = ballot;
    this.report = report;
    this.remember = remember;
    this.key = `unsent ${url} ${ballot}`;
    /** @type {Map<string, string[]>} */
    this.queue = new Map(this.recall());
    /** @type {Map<string, string[]>} text that is still being written */
    this.drafts = new Map();
    /** @type {[string, string[]] | null} */
    this.onTheWay = null;
    this.failures = 0;
    this.refused = 0;
    this.ended = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** What has not reached the server, the newest answer of each item. */
  unsent() {
    return new Map([...(this.onTheWay ? [this.onTheWay] : []), ...this.queue]);
  }

  /** True when leaving the page might lose an answer. */
  stuck() { return !this.ended && this.failures > 0 && this.unsent().size > 0; }

  /** @param {string} item @param {string[]} values */
  put(item, values) {
    if (this.ended) return;
    this.queue.delete(item); // to the end of the queue
    this.queue.set(item, values);
    this.keep();
    this.send();
  }

  /** Keeps a text that is still being written on the device, not on the server.
      @param {string} item @param {string[]} values */
  draft(item, values) {
    this.drafts.set(item, values);
    this.keep();
  }

  /** @param {string} item */
  forgetDraft(item) {
    if (this.drafts.delete(item)) this.keep();
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
      response = await this.post(next);
    } catch {
      // No connection, or a timeout: the same as no response.
    }
    this.onTheWay = null;
    if (response?.ok) this.arrived();
    else if (response && [400, 413, 422].includes(response.status)) await this.refuse(response);
    else if (response && ended(response)) await this.end(next, response);
    else this.again(next);
  }

  /** @param {[string, string[]]} entry */
  post([item, value]) {
    return fetch(this.url, {
      method: "POST",
      keepalive: true,
      credentials: "same-origin",
      redirect: "manual", // to a sign-in page, say: that is no receipt
      headers: { "Content-Type": "application/json", "X-Requested-With": "survey" },
      body: JSON.stringify({ ballot: this.ballot, item, value }),
      signal: AbortSignal.timeout?.(20000),
    });
  }

  arrived() {
    this.failures = 0;
    this.keep();
    if (this.queue.size > 0) this.send();
    else if (!this.refused) this.report("saved");
    this.refused = 0;
  }

  /** The server will not have this answer; the others may still go.
      @param {Response} response */
  async refuse(response) {
    this.failures = 0;
    this.refused++;
    this.keep();
    this.report("failed", await said(response));
    this.send();
  }

  /** Nothing more can be saved here. What was not sent stays in the form and
      in memory.
      @param {[string, string[]]} entry @param {Response} response */
  async end(entry, response) {
    this.back(entry);
    this.ended = true;
    this.report("ended", await said(response));
  }

  /** @param {[string, string[]]} entry */
  again(entry) {
    this.back(entry);
    this.failures++;
    this.report("waiting");
    const wait = waits[Math.min(this.failures, waits.length) - 1];
    // A little chance, so that a whole ward does not come back at once.
    this.timer = setTimeout(() => this.send(), wait * 1000 * (0.8 + 0.4 * Math.random()));
  }

  /** To the head of the queue, unless there is a newer answer by now.
      @param {[string, string[]]} entry */
  back([item, value]) {
    if (!this.queue.has(item)) this.queue = new Map([[item, value], ...this.queue]);
    this.keep();
  }

  /** The page is going away: everything that waits is sent now and outlives
      the page; sessionStorage still has it in case none of it arrives. */
  leave() {
    this.keep();
    if (this.ended) return;
    for (const entry of this.queue) this.post(entry).catch(() => {});
  }

  keep() {
    if (!this.remember) return;
    try {
      const all = [...new Map([...this.unsent(), ...this.drafts])];
      if (all.length > 0) sessionStorage.setItem(this.key, JSON.stringify(all));
      else sessionStorage.removeItem(this.key);
    } catch {
      // Storage is off or full: memory has them.
    }
  }

  /** @returns {[string, string[]][]} */
  recall() {
    if (!this.remember) return [];
    try {
      return JSON.parse(sessionStorage.getItem(this.key) ?? "[]");
    } catch {
      return [];
    }
  }
}

/**
 * Whether it is of no use to try again: signed out, submitted, round closed.
 * @param {Response} response
 */
function ended(response) {
  return response.type === "opaqueredirect" || [401, 403, 404, 409, 410].includes(response.status);
}

/**
 * What the server says with a refusal, if it says it in JSON.
 * @param {Response} response
 * @returns {Promise<{message?: string, url?: string}>}
 */
async function said(response) {
  try {
    const { message, url } = await response.json();
    return { message: message ? String(message) : undefined, url: url ? String(url) : undefined };
  } catch {
    return {};
  }
}
