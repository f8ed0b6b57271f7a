import { describe, expect, test } from 'vitest';
import { literalAddress, parseAllowed, refusalOf, urlProblem } from './addresses.ts';

const none = { allowed: [], encrypted: true };

describe('public addresses are taken', () => {
  test.each([
    '8.8.8.8',
    '93.184.216.34',
    '172.15.255.255',
    '172.32.0.1',
    '100.63.255.255',
    '100.128.0.1',
    '2606:4700:4700::1111',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
  ])('%s', (address) => expect(refusalOf(address, none)).toBeNull());
});

describe('everything else is refused', () => {
  test.each([
    ['loopback', '127.0.0.1'],
    ['loopback', '127.255.255.254'],
    ['this network', '0.0.0.0'],
    ['this network', '0.1.2.3'],
    ['private', '10.0.0.1'],
    ['private', '172.16.0.1'],
    ['private', '172.31.255.255'],
    ['private', '192.168.1.1'],
    ['link-local, metadata', '169.254.169.254'],
    ['carrier-grade NAT', '100.64.0.1'],
    ['carrier-grade NAT', '100.127.255.255'],
    ['multicast', '224.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['reserved', '240.0.0.1'],
    ['documentation', '192.0.2.1'],
    ['documentation', '198.51.100.7'],
    ['documentation', '203.0.113.9'],
    ['benchmarking', '198.18.0.1'],
    ['protocol assignments', '192.0.0.8'],
    ['6to4 relay', '192.88.99.1'],
    ['IPv6 loopback', '::1'],
    ['IPv6 unspecified', '::'],
    ['IPv6 link-local', 'fe80::1'],
    ['IPv6 with a zone', 'fe80::1%eth0'],
    ['IPv6 site-local', 'fec0::1'],
    ['IPv6 unique local', 'fd00::1'],
    ['IPv6 multicast', 'ff02::1'],
    ['IPv6 documentation', '2001:db8::1'],
    ['IPv6 documentation', '3fff::1'],
    ['IPv6 unassigned', '4000::1'],
    ['IPv4-compatible', '::127.0.0.1'],
    ['IPv4-mapped loopback', '::ffff:127.0.0.1'],
    ['IPv4-mapped loopback', '::ffff:7f00:1'],
    ['IPv4-mapped private', '::ffff:a00:1'],
    ['translated (RFC 6145)', '::ffff:0:127.0.0.1'],
    ['NAT64 of loopback', '64:ff9b::7f00:1'],
    ['NAT64 of metadata', '64:ff9b::a9fe:a9fe'],
    ['local NAT64', '64:ff9b:1::808:808'],
    ['6to4 of loopback', '2002:7f00:1::'],
    ['6to4 of private', '2002:c0a8:101::1'],
    ['Teredo', '2001::1'],
    ['a name', 'localhost'],
    ['decimal', '2130706433'],
    ['octal', '0177.0.0.1'],
    ['hexadecimal', '0x7f.0.0.1'],
    ['short', '127.1'],
    ['nothing', ''],
  ])('%s: %s', (_kind, address) => expect(refusalOf(address, none)).not.toBeNull());
});

describe('in a URL, however it is written, the literal is seen', () => {
  test.each([
    ['https://2130706433/', '127.0.0.1'],
    ['https://0177.0.0.1/', '127.0.0.1'],
    ['https://0x7f000001/', '127.0.0.1'],
    ['https://127.1/', '127.0.0.1'],
    ['https://127.0.0.1./', '127.0.0.1'],
    ['https://①②⑦.0.0.1/', '127.0.0.1'],
    ['https://[::ffff:127.0.0.1]/', '::ffff:7f00:1'],
    ['https://[::1]:8443/', '::1'],
  ])('%s', (url, address) => {
    expect(literalAddress(new URL(url).hostname)).toBe(address);
    expect(refusalOf(address, none)).not.toBeNull();
  });

  test('and a name is a name', () => {
    expect(literalAddress('crm.example.com')).toBeNull();
    expect(literalAddress('127.0.0.1.example.com')).toBeNull();
  });
});

describe('allowed networks', () => {
  const allowed = parseAllowed(['127.0.0.1', '10.20.0.0/16', 'fd00:1::/32']);

  test.each(['127.0.0.1', '::ffff:127.0.0.1', '10.20.3.4', 'fd00:1::7'])('%s may be reached', (address) => {
    expect(refusalOf(address, { allowed, encrypted: true })).toBeNull();
    expect(refusalOf(address, { allowed, encrypted: false })).toBeNull();
  });

  test.each(['127.0.0.2', '10.21.0.1', 'fd00:2::7', '::1'])('%s is still refused', (address) => {
    expect(refusalOf(address, { allowed, encrypted: true })).not.toBeNull();
  });

  test('a public address is not reached without encryption', () => {
    expect(refusalOf('8.8.8.8', { allowed, encrypted: true })).toBeNull();
    expect(refusalOf('8.8.8.8', { allowed, encrypted: false })).toMatch('https');
  });

  test.each(['localhost', '10.0.0.0/33', 'x/8', ''])('"%s" is no network', (entry) => {
    expect(() => parseAllowed([entry])).toThrow(`"${entry}"`);
  });
});

describe('the URL of an endpoint', () => {
  test.each(['https://crm.example.com/hook?x=1', 'https://8.8.8.8/', 'https://[2606:4700::1111]:8443/'])(
    '%s is taken',
    (url) => expect(urlProblem(url, [])).toBeNull(),
  );

  test.each([
    ['no URL', 'crm.example.com'],
    ['another scheme', 'ftp://crm.example.com/'],
    ['another scheme', 'file:///etc/passwd'],
    ['not encrypted', 'http://crm.example.com/'],
    ['not encrypted', 'http://8.8.8.8/'],
    ['a password', 'https://user:secret@crm.example.com/'],
    ['a user name', 'https://user@crm.example.com/'],
    ['this machine', 'https://localhost/'],
    ['this machine', 'https://LOCALHOST./'],
    ['this machine', 'https://api.localhost:8443/'],
    ['loopback', 'https://127.0.0.1/'],
    ['loopback, decimal', 'https://2130706433/'],
    ['loopback, octal', 'https://0177.1/'],
    ['loopback, hexadecimal', 'https://0x7f.1/'],
    ['loopback, IPv6', 'https://[::1]/'],
    ['loopback, mapped', 'https://[::ffff:127.0.0.1]/'],
    ['private', 'https://10.1.2.3/'],
    ['metadata', 'https://169.254.169.254/latest/meta-data'],
  ])('%s: %s is refused', (_why, url) => expect(urlProblem(url, [])).not.toBeNull());

  test('a network of the operator is taken, also in plain text', () => {
    const allow = parseAllowed(['127.0.0.1', '10.20.0.0/16']);
    expect(urlProblem('http://127.0.0.1:9000/', allow)).toBeNull();
    expect(urlProblem('http://localhost:9000/', allow)).toBeNull();
    expect(urlProblem('https://10.20.1.1/', allow)).toBeNull();
    expect(urlProblem('http://crm.internal/', allow)).toBeNull();
    expect(urlProblem('http://10.21.1.1/', allow)).not.toBeNull();
  });
});
