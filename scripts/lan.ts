// `npm start -- --lan`: how other devices reach this machine, and how to tell them.
import { hostname, networkInterfaces } from "node:os";
import QRCode from "qrcode";

/** What devices load to trust this machine's certificates. */
export const authorityPath = "/lectern-authority.crt";

/** Networks that only this machine is in: containers, virtual machines, tunnels. */
const virtualInterface =
  /^(?:docker|br-|veth|virbr|vmnet|vboxnet|vEthernet|utun|tun|tap|wg|zt|tailscale)/iu;

/**
 * The addresses by which devices in the same network reach this machine, the likeliest first.
 *
 * @param interfaces as `os.networkInterfaces()` gives them
 */
export function lanAddresses(interfaces = networkInterfaces()): string[] {
  return Object.entries(interfaces)
    .flatMap(([name, addresses]) => (addresses ?? []).map((address) => ({ name, ...address })))
    .filter(({ family, internal }) => family === "IPv4" && !internal)
    .map(({ name, address }) => ({ address, rank: rankOf(name, address) }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ address }) => address);
}

/** Home and office networks first, then others, then virtual ones and addresses made up for lack of one. */
function rankOf(name: string, address: string): number {
  if (address.startsWith("169.254.")) return 3;
  if (virtualInterface.test(name)) return 2;
  return /^(?:192\.168|10|172\.(?:1[6-9]|2\d|3[01]))\./u.test(address) ? 0 : 1;
}

/** Every name and address that the certificate should be good for. */
export function certificateNames(chosen: string): string[] {
  // Macs and many Linux machines answer to this name in their network without any setup.
  const local = `${hostname().replace(/\.local$/iu, "")}.local`.toLowerCase();
  const isHostName = /^[a-z0-9-]+\.local$/u.test(local);
  return [
    ...new Set([
      chosen,
      ...lanAddresses(),
      ...(isHostName ? [local] : []),
      "localhost",
      "127.0.0.1",
    ]),
  ];
}

/** The address as a QR code, and what to expect, for the terminal. */
export async function lanInstructions(url: string): Promise<string> {
  // With colours of its own, so that it is dark on light in dark terminals, too: not every camera reads the inverse.
  const code = await QRCode.toString(url, { type: "terminal", small: true });
  return `${code}
  Scan this with a phone in the same network, or open ${url} in any browser there, this computer's too.
  Its first visit shows a warning, because the certificate was made by this computer and nobody else
  knows it: choose "Advanced" and "Proceed". To have no warning (iPhones need it for live updates and
  for installing the app), load ${url}${authorityPath} on the phone and trust it in its settings.`;
}
