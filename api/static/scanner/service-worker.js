// Opens the scanner without a network. Fresh from the service where there is one, else as it was kept by the page itself
// (scanner.js, keepPage). Nothing else is answered from here: everything that counts comes from the registry.

const CACHE = "rounds";
const PATIENCE = 4000; // ms after which the network counts as absent.

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  const isScanner = /^\/rounds\/[^/]+\/scan$/.test(url.pathname);
  if (isScanner || url.pathname.startsWith("/static/")) event.respondWith(answered(event.request, isScanner));
});

async function answered(request, isScanner) {
  try {
    return await fetch(request, isScanner ? { signal: AbortSignal.timeout(PATIENCE) } : {});
  } catch (error) {
    const kept = await (await caches.open(CACHE)).match(request, { ignoreSearch: isScanner, ignoreVary: true });
    if (kept) return kept;
    throw error;
  }
}
