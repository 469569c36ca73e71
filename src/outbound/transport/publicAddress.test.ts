import { describe, expect, it } from 'vitest';
import { isPublicAddress } from './publicAddress.ts';

const words = (text: string) => text.split(/\s+/);

describe('isPublicAddress', () => {
  it.each(
    words(`8.8.8.8 1.1.1.1 172.15.255.255 172.32.0.0 100.63.255.255 100.128.0.0 223.255.255.255
      2001:4860:4860::8888 2606:4700:4700::1111 2a00:1450::1 ::ffff:8.8.8.8 64:ff9b::808:808`),
  )('holds for %s', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each([
    ...words(`0.0.0.0 10.0.0.1 100.64.0.1 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1 172.31.255.255
      192.0.0.8 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.9
      224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
      :: ::1 fc00::1 fd12:3456::1 fe80::1 fe80::1%eth0 fec0::1 ff02::1 100::1
      ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::127.0.0.1
      64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b::10.1.2.3 64:ff9b:1::808:808
      2001::1 2001:2::1 2001:db8::1 2002:7f00:1:: 2002:808:808::1 3fff::1 5f00::1
      localhost 8.8.8 [::1]`),
    '',
  ])('does not hold for %j', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});
