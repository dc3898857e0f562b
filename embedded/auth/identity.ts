// From a token's verified claims to the object that `ctx.auth.getUserIdentity()` returns, by Convex's two mappings.
import type { Identity } from "../functions/index.ts";
import type { JSONObject, JSONValue } from "../values/index.ts";

/** True when the identity came with a token that is no longer valid. */
export function isExpired(identity: Identity, nowMs: number): boolean {
  return (
    identity.kind === "user" && identity.expiresAtMs !== undefined && identity.expiresAtMs <= nowMs
  );
}

/** OpenID Connect's names for what Convex calls otherwise. */
const OIDC_FIELDS = {
  name: "name",
  given_name: "givenName",
  family_name: "familyName",
  nickname: "nickname",
  preferred_username: "preferredUsername",
  profile: "profileUrl",
  picture: "pictureUrl",
  website: "websiteUrl",
  email: "email",
  email_verified: "emailVerified",
  gender: "gender",
  birthdate: "birthday",
  zoneinfo: "timezone",
  locale: "language",
  phone_number: "phoneNumber",
  phone_number_verified: "phoneNumberVerified",
} as const satisfies Record<string, string>;

/** Claims that say something about the token, not about its bearer. */
const REGISTERED_CLAIMS = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "fva"];
/** Also spent by OpenID Connect itself. */
const OIDC_PROTOCOL_CLAIMS = ["nonce", "auth_time", "acr", "amr", "azp", "at_hash", "c_hash"];

function baseIdentity(issuer: string, subject: string): JSONObject {
  return { tokenIdentifier: `${issuer}|${subject}`, subject, issuer };
}

/** OIDC providers: typed fields under Convex's names, everything else as it is. */
export function oidcIdentity(issuer: string, subject: string, claims: JSONObject): JSONObject {
  const identity = baseIdentity(issuer, subject);
  const spent = new Set([...REGISTERED_CLAIMS, ...OIDC_PROTOCOL_CLAIMS, "address", "updated_at"]);
  for (const [claim, value] of Object.entries(claims)) {
    if (spent.has(claim) || value === null) continue;
    setClaim(
      identity,
      Object.hasOwn(OIDC_FIELDS, claim) ? OIDC_FIELDS[claim as keyof typeof OIDC_FIELDS] : claim,
      value,
    );
  }
  const address = claims.address;
  if (typeof address === "object" && address !== null && !Array.isArray(address)) {
    if (typeof address.formatted === "string") identity.address = address.formatted;
  }
  const updatedAt = rfc3339(claims.updated_at);
  if (updatedAt !== null) identity.updatedAt = updatedAt;
  return identity;
}

/** customJwt providers: only the three typed fields; other claims under their own names, nested ones with dots. */
export function customJwtIdentity(issuer: string, subject: string, claims: JSONObject): JSONObject {
  const identity = baseIdentity(issuer, subject);
  for (const [claim, value] of Object.entries(claims)) {
    if (!REGISTERED_CLAIMS.includes(claim)) flatten(identity, claim, value);
  }
  return identity;
}

function flatten(identity: JSONObject, name: string, value: JSONValue): void {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    for (const [key, inner] of Object.entries(value)) flatten(identity, `${name}.${key}`, inner);
    return;
  }
  if (value !== null) setClaim(identity, name, value);
}

/** A claim must not pass itself off as one of the three fields that were verified. */
function setClaim(identity: JSONObject, name: string, value: JSONValue): void {
  if (name === "tokenIdentifier" || name === "subject" || name === "issuer" || name === "__proto__")
    return;
  identity[name] = value;
}

function rfc3339(updatedAt: JSONValue | undefined): string | null {
  if (typeof updatedAt === "string") return updatedAt;
  if (typeof updatedAt !== "number" || Math.abs(updatedAt) > 8.64e12) return null;
  return new Date(updatedAt * 1000).toISOString();
}
