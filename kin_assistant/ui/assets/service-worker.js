// Shows our own words where the server cannot be reached. It keeps that one page and what it is drawn with, and nothing else:
// no answer and no document is ever shown from a store. The server writes VERSION in front, which changes with what is kept.
"use strict";
const PREFIX = "kin-offline-";
const STORE = PREFIX + VERSION;
const { scope } = self.registration;
const OFFLINE = new URL("offline", scope).href;
const NO_SERVER = [502, 504]; // says a web server in front

self.addEventListener("install", (event) => {
  const keep = async () => {
    const store = await caches.open(STORE);
    const page = await fetch(OFFLINE, { cache: "reload" });
    if (!page.ok) throw new Error("the offline page was not served");
    const words = await page.clone().text();
    const drawnWith = [...words.matchAll(/(?:href|src)="(page\/[^"]+)"/g)].map(([, address]) => new URL(address, scope).href);
    await store.put(OFFLINE, page);
    await store.addAll(drawnWith);
    await self.skipWaiting();
  };
  event.waitUntil(keep());
});

self.addEventListener("activate", (event) => {
  const clear = async () => {
    const others = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== STORE);
    await Promise.all(others.map((name) => caches.delete(name)));
  };
  event.waitUntil(clear());
});

// It stands at the address that was wanted, and its own addresses are below the scope.
const offline = async () => {
  const kept = await caches.match(OFFLINE);
  if (!kept) return Response.error();
  const words = (await kept.text()).replace('<base href="./">', `<base href="${scope}">`);
  const headers = { "content-type": "text/html; charset=utf-8" };
  const policy = kept.headers.get("content-security-policy");
  if (policy) headers["content-security-policy"] = policy;
  return new Response(words, { status: 503, headers });
};

const open = async (request) => {
  try {
    const answer = await fetch(request);
    return NO_SERVER.includes(answer.status) ? offline() : answer;
  } catch {
    return offline();
  }
};

const draw = async (request) => {
  try {
    return await fetch(request);
  } catch {
    return (await caches.match(request)) ?? Response.error();
  }
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  const base = new URL(scope);
  if (request.method !== "GET" || origin !== base.origin || !pathname.startsWith(base.pathname)) return;
  const path = pathname.slice(base.pathname.length);
  // Pages alone: what is downloaded must not become another file.
  if (request.mode === "navigate" && (path === "" || path.startsWith("documents/"))) event.respondWith(open(request));
  else if (path.startsWith("page/")) event.respondWith(draw(request));
});
