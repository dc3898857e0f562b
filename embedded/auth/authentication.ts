// Says who is calling: verifies JWTs against `auth.config.ts` and admin keys against the data folder's own.
// Everything that is not proven is refused with Convex's code and a sentence.
import { decodeJwt, errors, jwtVerify, type JWTPayload } from "jose";
import type { Engine, Identity } from "../functions/index.ts";
import type { HttpError } from "../http/errors.ts";
import { unauthenticated } from "../http/errors.ts";
import { isJSONObject, textOf, type JSONObject, type JSONValue } from "../values/index.ts";
import type { AdminKey } from "./adminKey.ts";
import { customJwtIdentity, oidcIdentity } from "./identity.ts";
import { KeySets, type Fetch } from "./keySets.ts";
import { parseProviders, sameIssuer, type Provider } from "./providers.ts";

/** Only asymmetric algorithms: a public key can never serve as a shared secret. */
const OIDC_ALGORITHMS = ["RS256", "EdDSA"];
const CUSTOM_JWT_LEEWAY_SECONDS = 5;

export class Authentication {
  readonly #engine: Pick<Engine, "callSystem" | "onInvalidateAll">;
  readonly #adminKey: AdminKey;
  readonly #keySets: KeySets;
  #providers: Promise<Provider[]> | null = null;

  constructor(
    engine: Pick<Engine, "callSystem" | "onInvalidateAll">,
    adminKey: AdminKey,
    fetch: Fetch = globalThis.fetch,
  ) {
    this.#engine = engine;
    this.#adminKey = adminKey;
    this.#keySets = new KeySets(fetch);
    engine.onInvalidateAll(() => {
      this.#providers = null;
      this.#keySets.clear();
    });
  }

  /**
   * The identity that an `Authorization` header proves; none without a header.
   * @throws HttpError 401
   */
  async fromHeader(header: string | undefined): Promise<Identity> {
    if (header === undefined || header.trim() === "") return { kind: "none" };
    const [, scheme = "", credentials = ""] = /^\s*(\S+)\s+(.*?)\s*$/.exec(header) ?? [];
    switch (scheme.toLowerCase()) {
      case "bearer":
        return this.verifyToken(credentials);
      case "convex":
        return this.#fromAdminHeader(credentials);
      default:
        throw unauthenticated(
          "InvalidAuthHeader",
          "The Authorization header must be `Bearer <token>` or `Convex <admin key>`.",
        );
    }
  }

  /**
   * The admin that an `Authorization: Convex ...` header proves; null when it is another kind of header, or none.
   * @throws HttpError 401
   */
  adminFromHeader(header: string | undefined): Identity | null {
    const credentials = /^\s*convex\s+(.*?)\s*$/i.exec(header ?? "")?.[1];
    return credentials === undefined ? null : this.#fromAdminHeader(credentials);
  }

  /** `<admin key>` or `<admin key>:<base64 JSON of identity attributes>`. */
  #fromAdminHeader(credentials: string): Identity {
    const secretStart = credentials.lastIndexOf("|") + 1;
    const colon = credentials.indexOf(":", secretStart);
    if (colon === -1) return this.verifyAdminKey(credentials, null);
    return this.verifyAdminKey(
      credentials.slice(0, colon),
      parseActing(credentials.slice(colon + 1)),
    );
  }

  /** @throws HttpError 401 */
  verifyAdminKey(key: string, acting: JSONObject | null): Identity {
    if (!this.#adminKey.matches(key)) {
      throw unauthenticated("BadAdminKey", "The provided admin key was invalid for this instance.");
    }
    if (acting === null) return { kind: "admin" };
    const { issuer, subject } = acting;
    if (typeof issuer !== "string" || typeof subject !== "string") {
      throw unauthenticated(
        "InvalidIdentity",
        "The identity that an admin acts as needs an issuer and a subject.",
      );
    }
    return { kind: "admin", acting: { ...acting, tokenIdentifier: `${issuer}|${subject}` } };
  }

  /** @throws HttpError 401 */
  async verifyToken(token: string): Promise<Identity> {
    const claimed = unverifiedClaims(token);
    const provider = await this.#providerFor(claimed);
    const claims = await this.#verify(token, provider);
    const { iss, sub, exp } = claims;
    if (typeof iss !== "string" || typeof sub !== "string" || typeof exp !== "number") {
      throw unauthenticated("InvalidAuthHeader", "The token lacks `iss`, `sub` or `exp`.");
    }
    // A verified payload is JSON by construction.
    const json = claims as JSONObject;
    return {
      kind: "user",
      attributes:
        provider.kind === "oidc" ? oidcIdentity(iss, sub, json) : customJwtIdentity(iss, sub, json),
      expiresAtMs: (exp + leewaySeconds(provider)) * 1000,
    };
  }

  async #providerFor(claims: JWTPayload): Promise<Provider> {
    const providers = await this.#configuredProviders();
    const issuer = claims.iss;
    if (typeof issuer !== "string") {
      throw unauthenticated("InvalidAuthHeader", "Could not parse JWT payload: `iss` is missing.");
    }
    const audiences = [claims.aud ?? []].flat();
    const found = providers.find(
      (provider) =>
        sameIssuer(provider.issuer, issuer) &&
        (provider.applicationId === null || audiences.includes(provider.applicationId)),
    );
    if (found !== undefined) return found;
    throw unauthenticated(
      "NoAuthProvider",
      `No auth provider found matching the given token. ${describe(providers)} The token has issuer ${JSON.stringify(issuer)} and audience ${audienceText(claims.aud)}. Check convex/auth.config.ts.`,
    );
  }

  async #verify(token: string, provider: Provider): Promise<JWTPayload> {
    const keys = await this.#keySets.forProvider(provider).catch((error: unknown) => {
      throw keyTrouble(provider, error);
    });
    try {
      const { payload } = await jwtVerify(token, keys, {
        algorithms: provider.kind === "oidc" ? OIDC_ALGORITHMS : [provider.algorithm],
        requiredClaims: ["iss", "sub", "exp"],
        ...(provider.applicationId === null ? {} : { audience: provider.applicationId }),
        clockTolerance: leewaySeconds(provider),
      });
      return payload;
    } catch (error) {
      throw refusal(provider, error);
    }
  }

  #configuredProviders(): Promise<Provider[]> {
    this.#providers ??= this.#engine
      .callSystem("auth:providers", {})
      .then(({ value }) => parseProviders(JSON.parse(textOf(value)) as JSONValue));
    this.#providers.catch(() => {
      this.#providers = null;
    });
    return this.#providers;
  }
}

function leewaySeconds(provider: Provider): number {
  return provider.kind === "customJwt" ? CUSTOM_JWT_LEEWAY_SECONDS : 0;
}

function unverifiedClaims(token: string): JWTPayload {
  try {
    return decodeJwt(token);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw unauthenticated("InvalidAuthHeader", `Could not parse as a JWT: ${detail}.`);
  }
}

function parseActing(base64: string): JSONObject {
  try {
    const value = JSON.parse(Buffer.from(base64, "base64").toString("utf8")) as JSONValue;
    if (isJSONObject(value)) return value;
  } catch {
    // Told below.
  }
  throw unauthenticated(
    "InvalidAuthHeader",
    "What follows the admin key must be base64 of a JSON object.",
  );
}

/** Nothing of the token is proven: it may have anything there, of any depth. */
function audienceText(audience: unknown): string {
  const parts = [audience].flat().filter((part) => typeof part === "string");
  return parts.length === 0 ? "none" : parts.map((part) => JSON.stringify(part)).join(", ");
}

function describe(providers: readonly Provider[]): string {
  if (providers.length === 0) return "No providers are configured.";
  const list = providers.map(({ kind, issuer, applicationId }) =>
    JSON.stringify({ type: kind, issuer, applicationID: applicationId }),
  );
  return `The configured providers are ${list.join(", ")}.`;
}

/** A problem with the provider's keys, as opposed to one with the token. */
function keyTrouble(provider: Provider, error: unknown): HttpError {
  const detail = error instanceof Error ? causeText(error) : String(error);
  return unauthenticated(
    "InvalidAuthHeader",
    `Could not get the keys of the auth provider ${provider.issuer}: ${detail}`,
  );
}

function causeText(error: Error): string {
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

function refusal(provider: Provider, error: unknown): HttpError {
  if (
    error instanceof errors.JWKSInvalid ||
    error instanceof errors.JWKSTimeout ||
    !(error instanceof errors.JOSEError)
  ) {
    return keyTrouble(provider, error);
  }
  const what = provider.kind === "oidc" ? "OIDC token claim" : "token claim";
  return unauthenticated(
    "Unauthenticated",
    `Could not verify ${what}. Check that the token signature is valid and the token hasn't expired. (${error.message})`,
  );
}
