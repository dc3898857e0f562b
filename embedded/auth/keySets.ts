// Where a provider's public keys come from: a data: URI, a JWKS address, or OpenID Connect discovery.
// Kept in memory; the library fetches anew for an unknown key id and after ten minutes.
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
} from "jose";
import { isJSONObject, type JSONValue } from "../values/index.ts";
import type { Provider } from "./providers.ts";

const FETCH_TIMEOUT_MS = 10_000;
const DISCOVERY_MAX_AGE_MS = 10 * 60_000;
const MOST_BYTES = 1_000_000;
const JWKS_CONTENT_TYPES = ["application/json", "application/jwk-set+json"];

/** Fetches a document of this deployment or of another host; tests and the server replace it. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export class KeySets {
  readonly #fetch: Fetch;
  readonly #byAddress = new Map<string, JWTVerifyGetKey>();
  readonly #discovered = new Map<string, { jwksUri: string; atMs: number }>();

  constructor(fetch: Fetch) {
    this.#fetch = fetch;
  }

  /** Forgets everything: providers or their keys may have changed. */
  clear(): void {
    this.#byAddress.clear();
    this.#discovered.clear();
  }

  /** The key resolver for tokens of this provider. */
  async forProvider(provider: Provider): Promise<JWTVerifyGetKey> {
    const address =
      provider.kind === "oidc" ? await this.#discover(provider.issuer) : provider.jwks;
    let keys = this.#byAddress.get(address);
    if (keys === undefined) {
      keys = address.startsWith("data:")
        ? createLocalJWKSet(parseDataUri(address))
        : this.#remote(address, provider.kind === "customJwt");
      this.#byAddress.set(address, keys);
    }
    return keys;
  }

  #remote(address: string, checkContentType: boolean): JWTVerifyGetKey {
    return createRemoteJWKSet(new URL(address), {
      timeoutDuration: FETCH_TIMEOUT_MS,
      [customFetch]: async (url, init) => {
        const response = await this.#fetch(url, init);
        if (checkContentType) requireJwksContentType(url, response);
        return response;
      },
    });
  }

  async #discover(issuer: string): Promise<string> {
    const known = this.#discovered.get(issuer);
    if (known !== undefined && Date.now() - known.atMs < DISCOVERY_MAX_AGE_MS) return known.jwksUri;
    const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
    const response = await this.#fetch(url, {
      headers: { accept: "application/json" },
      redirect: "follow",
      signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
    });
    if (!response.ok) throw new Error(`${url} answered ${String(response.status)}.`);
    const text = await response.text();
    if (text.length > MOST_BYTES) throw new Error(`${url} is too large.`);
    const document = JSON.parse(text) as JSONValue;
    if (!isJSONObject(document) || typeof document.jwks_uri !== "string") {
      throw new Error(`${url} names no jwks_uri.`);
    }
    this.#discovered.set(issuer, { jwksUri: document.jwks_uri, atMs: Date.now() });
    return document.jwks_uri;
  }
}

function requireJwksContentType(url: string, response: Response): void {
  const type = (response.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase();
  if (!JWKS_CONTENT_TYPES.includes(type ?? "")) {
    throw new Error(`${url} must have the Content-Type application/json, not ${type ?? "none"}.`);
  }
}

/** `data:[type][;base64],<JWKS>`, so that keys need no network. */
function parseDataUri(uri: string): JSONWebKeySet {
  const comma = uri.indexOf(",");
  if (comma === -1) throw new Error("The provider's jwks is not a valid data: URI.");
  const payload = decodeURIComponent(uri.slice(comma + 1));
  const base64 = /;base64$/i.test(uri.slice(0, comma));
  const text = base64 ? Buffer.from(payload, "base64").toString("utf8") : payload;
  // `createLocalJWKSet` checks the shape.
  return JSON.parse(text) as JSONWebKeySet;
}
