// The service worker of the support log: it opens the page /log without a connection. What it shows then was put on the device by
// log.js; it stores nothing itself, and leaves every other page alone.

/** @typedef {Event & {request: Request, respondWith: (r: Promise<Response>) => void, waitUntil: (p: Promise<any>) => void}} FetchEvent */

const worker = /** @type {any} */ (globalThis);

/** The cache that log.js fills; see lib.js. */
const kept = "log";

/** A network that does not answer in so many milliseconds is none. */
const patience = 5000;

worker.addEventListener("install", () => worker.skipWaiting());
worker.addEventListener("activate", (/** @type {FetchEvent} */ event) => event.waitUntil(worker.clients.claim()));

worker.addEventListener("fetch", (/** @type {FetchEvent} */ event) => {
  const { request } = event, url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== worker.location.origin) return;
  if (request.mode === "navigate" && url.pathname === "/log" && url.search === "") event.respondWith(page(request));
  else if (url.pathname.startsWith("/static/")) event.respondWith(file(request));
});

/** The page from the server, or the device's when the server is out of reach. @param {Request} request */
async function page(request) {
  const there = fetch(request);
  there.catch(() => {}); // told below, or too late
  try {
    const response = await Promise.race([there, late()]);
    if (response.status !== 502 && response.status !== 503 && response.status !== 504) return response;
  } catch {
    // No connection, or none that is of use.
  }
  return (await shell()) ?? there;
}

/** @returns {Promise<Response>} */
function late() {
  return new Promise((_, fail) => { setTimeout(() => fail(new Error("late")), patience); });
}

/** Another name than the page's, so that what is kept is never taken for it elsewhere. */
async function shell() {
  if (!(await caches.has(kept))) return undefined;
  return (await caches.open(kept)).match("/log/offline");
}

/** A file of ours never changes under its address. @param {Request} request */
async function file(request) {
  if (!(await caches.has(kept))) return fetch(request);
  return (await (await caches.open(kept)).match(request)) ?? fetch(request);
}
