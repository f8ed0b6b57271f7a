import { expect, test } from 'vitest';
import { urlProblem } from './url.ts';

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
  const allow = ['127.0.0.1', '10.20.0.0/16'];
  expect(urlProblem('http://127.0.0.1:9000/', allow)).toBeNull();
  expect(urlProblem('http://localhost:9000/', allow)).toBeNull();
  expect(urlProblem('https://10.20.1.1/', allow)).toBeNull();
  expect(urlProblem('http://crm.internal/', allow)).toBeNull();
  expect(urlProblem('http://10.21.1.1/', allow)).not.toBeNull();
});
