/** Which hosts count as this computer, in every spelling that the URL standard accepts. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { isLoopbackHost, loopback } from "../../core/loopback.ts";

const hostOf = (host: string): string => new URL(`http://${host}:8080/`).hostname;

test.each([
  ["127.0.0.1", "address"],
  ["127.1", "address"],
  ["0x7f.1", "address"],
  ["2130706433", "address"],
  ["0177.0.0.1", "address"],
  ["127.255.255.254", "address"],
  ["[::1]", "address"],
  ["[0:0:0:0:0:0:0:1]", "address"],
  ["[::ffff:127.0.0.1]", "address"],
  ["[::ffff:127.8.9.10]", "address"],
  ["localhost", "name"],
  ["LOCALHOST", "name"],
  ["localhost.", "name"],
  ["keycloak.localhost", "name"],
  ["a.b.localhost.", "name"],
  ["0.0.0.0", undefined],
  ["[::]", undefined],
  ["[::2]", undefined],
  ["[::ffff:128.0.0.1]", undefined],
  ["[fe80::1]", undefined],
  ["10.0.0.1", undefined],
  ["192.168.127.1", undefined],
  ["128.0.0.1", undefined],
  ["1.127.0.1", undefined],
  ["localhost.example", undefined],
  ["notlocalhost", undefined],
  ["localhost-1", undefined],
  ["127.0.0.1.example.com", undefined],
  ["127.0.0.1.nip.io", undefined],
  ["localdomain", undefined],
])("%s → %s", (host, kind) => {
  expect(loopback(hostOf(host))).toBe(kind);
  expect(isLoopbackHost(hostOf(host))).toBe(kind !== undefined);
});

test("the IPv4 addresses from 127.0.0.0 to 127.255.255.255 count as loopback, and no others", () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      const isLoopback = address.startsWith("127.");
      expect(isLoopbackHost(hostOf(address))).toBe(isLoopback);
      expect(isLoopbackHost(hostOf(`[::ffff:${address}]`))).toBe(isLoopback);
    }),
  );
  fc.assert(fc.property(fc.domain(), (name) => !isLoopbackHost(hostOf(`${name}.example`))));
});
