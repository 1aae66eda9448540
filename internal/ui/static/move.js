// The buttons that leave a page of the survey.
import { ours, pause, said } from "./outbox.js";

/** @typedef {import("./outbox.js").Outbox} Outbox */

/**
 * Leaves a page by one of its buttons, but not before the server has all of it:
 * the form is sent from here, so that the page still stands when there is no
 * connection, and goes when there is one. What the server does not answer with
 * a way on (a page that says what is wrong) is left to the browser.
 */
export class Move {
  /** @param {{form: HTMLFormElement, outbox: Outbox, say: (state: "held" | "wait" | "") => void,
      ready: () => void, gone: () => void}} options ready is called before the form goes, gone when it has arrived */
  constructor({ form, outbox, say, ready, gone }) {
    this.form = form;
    this.outbox = outbox;
    this.say = say;
    this.ready = ready;
    this.gone = gone;
    /** @type {HTMLButtonElement | null} the one that was pressed */
    this.button = null;
    this.busy = false;
    this.failures = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.slow = undefined;
    outbox.idled = () => this.attempt();
  }

  /** @param {HTMLButtonElement} button */
  press(button) {
    this.stop();
    this.button = button;
    button.setAttribute("aria-disabled", "true");
    this.slow = setTimeout(() => { if (this.button && !this.failing()) this.say("wait"); }, 500);
    if (this.failing()) this.say("held");
    this.outbox.send();
    this.attempt();
  }

  failing() { return this.failures > 0 || this.outbox.failures > 0; }

  /** The connection failed while answers were sent. */
  hold() { if (this.button) this.say("held"); }

  /** The respondent goes on with this page. */
  callOff() {
    if (!this.button || this.busy) return;
    this.stop();
    this.say("");
  }

  /** The page has come back as it was left. */
  reset() {
    this.busy = false;
    this.stop();
    this.say("");
    this.form.removeAttribute("data-natively");
  }

  stop() {
    clearTimeout(this.timer);
    clearTimeout(this.slow);
    this.button?.removeAttribute("aria-disabled");
    this.button = null;
    this.failures = 0;
  }

  async attempt() {
    clearTimeout(this.timer);
    const button = this.button;
    if (!button || this.busy || !this.outbox.idle()) return;
    if (button.hasAttribute("data-whole-page") && !navigator.onLine) return this.later();
    if (button.hasAttribute("data-whole-page") || this.outbox.ended) return this.natively(button);
    this.busy = true;
    let response = null, to = "";
    try {
      response = await this.post(button);
      if (response.ok) to = (await said(response)).url ?? "";
    } catch {
      // No connection, or a timeout.
    }
    this.busy = false;
    if (ours(to)) {
      this.busy = true;
      this.gone();
      location.assign(to);
    } else if (!response || response.status >= 500) this.later();
    else this.natively(button);
  }

  /** @param {HTMLButtonElement} button */
  post(button) {
    this.ready();
    const body = new URLSearchParams(/** @type {any} */ (new FormData(this.form)));
    if (button.name) body.append(button.name, button.value);
    return fetch(this.form.action, {
      method: "POST",
      credentials: "same-origin",
      redirect: "manual",
      headers: { Accept: "application/json" },
      body,
      signal: AbortSignal.timeout?.(20000),
    });
  }

  later() {
    this.failures++;
    this.say("held");
    this.timer = setTimeout(() => this.attempt(), pause(this.failures));
  }

  /** @param {HTMLButtonElement} button */
  natively(button) {
    this.stop();
    this.form.setAttribute("data-natively", "");
    // Not from within a submission: the browser would do nothing.
    setTimeout(() => this.form.requestSubmit(button));
  }
}
