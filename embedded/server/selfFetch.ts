// Fetches identity providers' documents. Those of this very deployment (Convex Auth serves its keys by HTTP actions)
// are asked of the engine directly: the public address may lead through a proxy that this machine cannot reach.
import type { Fetch } from "../auth/keySets.ts";
import type { Engine } from "../functions/index.ts";
import type { Urls } from "./services.ts";

export function createFetch(engine: Pick<Engine, "runHttpAction">, urls: Urls): Fetch {
  const siteUrl = new URL(urls.siteUrl);
  const basePath = siteUrl.pathname.replace(/\/$/, "");

  return async (address, init) => {
    const url = new URL(address);
    if (url.origin !== siteUrl.origin || !url.pathname.startsWith(`${basePath}/`)) {
      return fetch(address, init);
    }
    url.pathname = url.pathname.slice(basePath.length);
    const response = await engine.runHttpAction({
      method: "GET",
      url: url.href,
      headers: [["accept", "application/json"]],
      body: null,
      identity: { kind: "none" },
    });
    // The bytes come from another thread: plain ArrayBuffers, never shared memory.
    return new Response(response.body as BodyInit | null, {
      status: response.status,
      headers: response.headers,
    });
  };
}
