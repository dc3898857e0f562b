// Keys and tokens for tests of authentication.
import {
  SignJWT,
  exportJWK,
  generateKeyPair,
  type CryptoKey,
  type JWK,
  type JWTPayload,
} from "jose";

export type Issuer = {
  privateKey: CryptoKey;
  publicJwk: JWK;
  /** As an environment variable for a customJwt provider. */
  jwksDataUri: string;
  /** As a provider serves it. */
  jwksText: string;
};

export async function createIssuer(algorithm: "ES256" | "RS256", kid = "test"): Promise<Issuer> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  const publicJwk = { ...(await exportJWK(publicKey)), alg: algorithm, kid, use: "sig" };
  const jwksText = JSON.stringify({ keys: [publicJwk] });
  return {
    ...{ privateKey, publicJwk, jwksText },
    jwksDataUri: `data:application/json;base64,${Buffer.from(jwksText).toString("base64")}`,
  };
}

/** A token that the test app's customJwt provider accepts, unless told otherwise. */
export function signToken(
  key: CryptoKey | Uint8Array,
  claims: JWTPayload = {},
  header: { alg?: string; kid?: string } = {},
  lifetimeSeconds = 3600,
): Promise<string> {
  const nowSeconds = Math.floor(Date.now() / 1000);
  return new SignJWT({
    ...{ iss: "https://issuer.test", sub: "ada", aud: "app" },
    ...{ iat: nowSeconds, exp: nowSeconds + lifetimeSeconds },
    ...claims,
  })
    .setProtectedHeader({ alg: "ES256", kid: "test", typ: "JWT", ...header })
    .sign(key);
}
