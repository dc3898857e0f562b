import type { NetworkInterfaceInfo } from "node:os";
import { describe, expect, it } from "vitest";
import { certificateNames, lanAddresses, lanInstructions } from "./lan.ts";

const at = (address: string, more: Partial<NetworkInterfaceInfo> = {}): NetworkInterfaceInfo[] => [
  // Only these fields are looked at.
  { address, family: "IPv4", internal: false, ...more } as NetworkInterfaceInfo,
];

describe("the address for other devices", () => {
  it("is the one in the home or office network, not one that only this machine knows", () => {
    expect(
      lanAddresses({
        lo: at("127.0.0.1", { internal: true }),
        docker0: at("172.17.0.1"),
        eth1: at("169.254.10.20"),
        wg0: at("10.8.0.2"),
        "Wi-Fi": at("192.168.1.5"),
        en5: at("203.0.113.9"),
        en6: at("fe80::1", { family: "IPv6" }),
      }),
    ).toEqual(["192.168.1.5", "203.0.113.9", "172.17.0.1", "10.8.0.2", "169.254.10.20"]);
  });

  it("is none without a network", () => {
    expect(lanAddresses({ lo: at("127.0.0.1", { internal: true }) })).toEqual([]);
  });

  it("is in the certificate, beside those that this machine uses for itself", () => {
    const names = certificateNames("192.168.1.5");
    expect(names[0]).toBe("192.168.1.5");
    expect(names).toEqual(expect.arrayContaining(["localhost", "127.0.0.1"]));
    expect(new Set(names).size).toBe(names.length);
  });

  it("is shown as a code to scan, with what to expect", async () => {
    const text = await lanInstructions("https://192.168.1.5:3210");
    expect(text).toMatch(/▄{7}|▀{7}/u);
    expect(text).toContain("https://192.168.1.5:3210/lectern-authority.crt");
  });
});
