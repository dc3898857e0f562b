// The certificate for `npm start -- --lan`: an authority of this machine's own, made once and kept in the
// data folder, and a certificate by it for the addresses that the machine has today.
import { X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";
import { generate } from "selfsigned";

export type Certificate = {
  /** PEM, for the https server. */
  key: string;
  cert: string;
  /** PEM; a device that trusts it shows no warning, today and after the addresses have changed. */
  authority: string;
};

const dayMs = 24 * 60 * 60_000;
const authorityDays = 3650;
/** Apple's devices accept no server certificate that is valid for longer. */
const serverDays = 397;
/** A certificate that ends this soon is replaced at the next start. */
const renewBeforeDays = 30;

/**
 * @param folder where keys and certificates are kept; only this user can read them
 * @param names host names and IP addresses by which the machine is reached
 */
export async function certificateFor(
  folder: string,
  names: readonly string[],
): Promise<Certificate> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const authority = await keptPair(folder, "authority", stillGood([]), () => makeAuthority());
  const server = await keptPair(
    folder,
    "server",
    (cert) => stillGood(names)(cert) && cert.verify(new X509Certificate(authority.cert).publicKey),
    () => makeServer(names, authority),
  );
  return { ...server, authority: authority.cert };
}

type Pair = { key: string; cert: string };

async function keptPair(
  folder: string,
  name: string,
  isGood: (certificate: X509Certificate) => boolean,
  make: () => Promise<Pair>,
): Promise<Pair> {
  const keyFile = join(folder, `${name}-key.pem`);
  const certFile = join(folder, `${name}.pem`);
  if (existsSync(keyFile) && existsSync(certFile)) {
    const cert = readFileSync(certFile, "utf8");
    if (isGood(new X509Certificate(cert))) return { key: readFileSync(keyFile, "utf8"), cert };
  }
  const pair = await make();
  writeFileSync(keyFile, pair.key, { mode: 0o600 });
  writeFileSync(certFile, pair.cert);
  return pair;
}

function stillGood(names: readonly string[]) {
  return (certificate: X509Certificate): boolean =>
    Date.parse(certificate.validTo) > Date.now() + renewBeforeDays * dayMs &&
    names.every((name) =>
      isIP(name)
        ? certificate.checkIP(name) !== undefined
        : certificate.checkHost(name) !== undefined,
    );
}

async function makeAuthority(): Promise<Pair> {
  const { private: key, cert } = await generate(
    [{ name: "commonName", value: "Lectern on this computer" }],
    {
      keyType: "ec",
      algorithm: "sha256",
      ...validFor(authorityDays),
      extensions: [
        { name: "basicConstraints", cA: true, pathLenConstraint: 0, critical: true },
        { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
      ],
    },
  );
  return { key, cert };
}

async function makeServer(names: readonly string[], authority: Pair): Promise<Pair> {
  const { private: key, cert } = await generate([{ name: "commonName", value: "Lectern" }], {
    keyType: "ec",
    algorithm: "sha256",
    ca: authority,
    ...validFor(serverDays),
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: names.map((name) =>
          isIP(name) ? { type: 7 as const, ip: name } : { type: 2 as const, value: name },
        ),
      },
    ],
  });
  return { key, cert };
}

/** From yesterday on, because the clocks of phones and computers differ. */
function validFor(days: number) {
  const notBeforeDate = new Date(Date.now() - dayMs);
  return { notBeforeDate, notAfterDate: new Date(notBeforeDate.getTime() + days * dayMs) };
}
