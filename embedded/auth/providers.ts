// The two kinds of provider in `auth.config.ts`, parsed from what a push recorded.
import { isJSONObject, type JSONObject, type JSONValue } from "../values/index.ts";

export type OidcProvider = { kind: "oidc"; issuer: string; applicationId: string };
export type CustomJwtProvider = {
  kind: "customJwt";
  issuer: string;
  jwks: string;
  algorithm: "RS256" | "ES256";
  applicationId: string | null;
};
export type Provider = OidcProvider | CustomJwtProvider;

/** @throws Error naming the first provider that is not usable */
export function parseProviders(value: JSONValue): Provider[] {
  if (!Array.isArray(value)) throw new Error("The auth config's providers are not a list.");
  return value.map((provider) => {
    if (!isJSONObject(provider)) throw new Error("An auth provider is not an object.");
    return provider.type === "customJwt" ? customJwt(provider) : oidc(provider);
  });
}

function oidc(provider: JSONObject): OidcProvider {
  return {
    kind: "oidc",
    issuer: withScheme(text(provider, "domain")),
    applicationId: text(provider, "applicationID"),
  };
}

function customJwt(provider: JSONObject): CustomJwtProvider {
  const { algorithm } = provider;
  if (algorithm !== "RS256" && algorithm !== "ES256") {
    throw new Error(
      `A customJwt provider's algorithm must be RS256 or ES256, not ${JSON.stringify(algorithm ?? null)}.`,
    );
  }
  return {
    kind: "customJwt",
    issuer: text(provider, "issuer"),
    jwks: text(provider, "jwks"),
    algorithm,
    applicationId: typeof provider.applicationID === "string" ? provider.applicationID : null,
  };
}

function text(provider: JSONObject, field: string): string {
  const value = provider[field];
  if (typeof value !== "string" || value === "") {
    throw new Error(`An auth provider has no \`${field}\`.`);
  }
  return value;
}

function withScheme(domain: string): string {
  return /^https?:\/\//.test(domain) ? domain : `https://${domain}`;
}

/** Issuers are compared without a scheme default and without one trailing slash. */
export function sameIssuer(configured: string, claimed: string): boolean {
  return withoutTrailingSlash(withScheme(configured)) === withoutTrailingSlash(withScheme(claimed));
}

function withoutTrailingSlash(url: string): string {
  return url.endsWith("/") ? url.slice(0, -1) : url;
}
