import { expect, test } from 'vitest';
import { measureText } from './text-length.ts';

test.for([
  ['', 'GSM-7', 0],
  ['a'.repeat(160), 'GSM-7', 1],
  ['a'.repeat(161), 'GSM-7', 2],
  ['a'.repeat(1_600), 'GSM-7', 11],
  ['é'.repeat(160), 'GSM-7', 1],
  // The euro sign is of the extension table and counts twice.
  ['€'.repeat(80), 'GSM-7', 1],
  ['€'.repeat(81), 'GSM-7', 2],
  ['👍', 'UCS-2', 1],
  ['ж'.repeat(70), 'UCS-2', 1],
  ['ж'.repeat(71), 'UCS-2', 2],
] as const)('%s', ([body, encoding, segments]) => {
  expect(measureText(body)).toMatchObject({ encoding, segments });
});
