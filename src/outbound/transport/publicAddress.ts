import { BlockList, isIP } from 'node:net';

/**
 * IPv4 blocks that no public host answers at: the IANA registry of special-purpose addresses (RFC 6890), multicast
 * (RFC 5771) and the deprecated 6to4 relays (RFC 7526). Exceptions within them, single anycast hosts, stay out.
 */
const SPECIAL_V4: readonly (readonly [network: string, bits: number])[] = [
  ['0.0.0.0', 8], // this network
  ['10.0.0.0', 8], // private
  ['100.64.0.0', 10], // shared by carriers' NAT
  ['127.0.0.0', 8], // loopback
  ['169.254.0.0', 16], // link-local, cloud metadata among it
  ['172.16.0.0', 12], // private
  ['192.0.0.0', 24], // protocol assignments
  ['192.0.2.0', 24], // documentation
  ['192.88.99.0', 24], // 6to4 relays
  ['192.168.0.0', 16], // private
  ['198.18.0.0', 15], // benchmarking
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, broadcast
];

/** Global unicast, and the two prefixes that carry an IPv4 address: of NAT64 (RFC 6052) and IPv4-mapped. */
const UNICAST_V6 = new BlockList();
const CARRY_V4 = ['64:ff9b::', '::ffff:'] as const;
UNICAST_V6.addSubnet('2000::', 3, 'ipv6');
for (const prefix of CARRY_V4) UNICAST_V6.addSubnet(`${prefix}0.0.0.0`, 96, 'ipv6');

const SPECIAL = new BlockList();
for (const [network, bits] of SPECIAL_V4) {
  SPECIAL.addSubnet(network, bits, 'ipv4');
  for (const prefix of CARRY_V4) SPECIAL.addSubnet(`${prefix}${network}`, 96 + bits, 'ipv6');
}
for (const [network, bits] of [
  ['2001::', 23], // protocol assignments: Teredo, benchmarking, ORCHID
  ['2001:db8::', 32], // documentation
  ['2002::', 16], // 6to4, which carries any IPv4 address
  ['3fff::', 20], // documentation
] as const) {
  SPECIAL.addSubnet(network, bits, 'ipv6');
}

/** Whether an IP address is reachable from anywhere; false for anything special, and for what is no address. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !SPECIAL.check(address, 'ipv4');
    case 6:
      // An address with a zone (fe80::1%eth0) is in no block at all, and so not public.
      return UNICAST_V6.check(address, 'ipv6') && !SPECIAL.check(address, 'ipv6');
    default:
      return false;
  }
}
