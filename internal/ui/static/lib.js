// What the other modules share.

/** @typedef {{createHTML: (text: string) => any, createScriptURL: (url: string) => any}} Policy */

/** @type {Policy} the only scripts that are loaded by address are our workers */
const rules = {
  createHTML: (text) => text,
  createScriptURL: (url) => {
    if (url !== "/log/worker.js") throw new TypeError(url);
    return url;
  },
};

/** @type {Policy} */
const policy = /** @type {any} */ (globalThis).trustedTypes?.createPolicy("app", rules) ?? rules;

/** The address of a worker, as the browser wants it. @param {string} url */
export function workerURL(url) { return policy.createScriptURL(url); }

/**
 * A page of our own server as a document. Scripts in it do not run, and
 * nothing of it enters the page but what the caller takes out of it.
 * @param {string} text
 * @returns {Document}
 */
export function parse(text) {
  return new DOMParser().parseFromString(policy.createHTML(text), "text/html");
}

/**
 * Says something to a screen reader. Emptying the region first makes the same
 * words heard twice.
 * @param {string} text
 * @param {boolean} [loud] interrupt what is being read
 */
export function announce(text, loud = false) {
  const region = document.getElementById(loud ? "live-alert" : "live-polite");
  if (!region || !text) return;
  region.textContent = "";
  setTimeout(() => { region.textContent = text; }, 60);
}

/**
 * Fills {name} in a message.
 * @param {string} text
 * @param {Record<string, string | number>} values
 */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (all, name) => String(values[name] ?? all));
}

/** What the keys begin with under which the device keeps unsent answers. */
export const prefix = "unsent ";

/** What the keys begin with of entries of the support log that wait, and the cache with the page that opens without a connection. */
export const logPrefix = "log ";
export const logCache = "log";

/** Wipes what the device keeps of the support log. */
export function forgetLog() {
  globalThis.caches?.delete(logCache).catch(() => {});
  navigator.serviceWorker?.getRegistration("/log").then((r) => r?.unregister()).catch(() => {});
  wipe(logPrefix);
}

/** Wipes all answers that the device keeps. */
export function forget() { wipe(prefix); }

/** @param {string} begin */
function wipe(begin) {
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(begin)) localStorage.removeItem(key);
    }
  } catch {
    // Storage is off: there is nothing to wipe.
  }
}
