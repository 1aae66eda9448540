// What the other modules share.

/** @typedef {{createHTML: (text: string) => any}} Policy */

/** @type {Policy} */
const policy =
  /** @type {any} */ (globalThis).trustedTypes?.createPolicy("app", {
    createHTML: (/** @type {string} */ text) => text,
  }) ?? { createHTML: (/** @type {string} */ text) => text };

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

/** Wipes all answers that the device keeps. */
export function forget() {
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(prefix)) localStorage.removeItem(key);
    }
  } catch {
    // Storage is off: there is nothing to wipe.
  }
}
