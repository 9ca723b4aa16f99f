// Shows a page of its own while the network is away. It keeps that page and the files it is drawn with, and nothing of anybody.
const SHELF = "offline-{{ version }}";
const PAGE = "{{ page }}";
const KEPT = {{ kept|safe }};

self.addEventListener("install", (event) => {
  const fresh = [PAGE, ...KEPT].map((path) => new Request(path, { cache: "reload" }));
  event.waitUntil(caches.open(SHELF).then((shelf) => shelf.addAll(fresh)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const tidy = async () => {
    for (const name of await caches.keys()) if (name !== SHELF) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(tidy());
});

const fromShelf = (path) => caches.match(path, { ignoreVary: true });

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => fromShelf(PAGE)));
  } else if (KEPT.includes(url.pathname)) {
    event.respondWith(fetch(request).catch(() => fromShelf(url.pathname)));
  }
});
