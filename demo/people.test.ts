import { describe, expect, test } from 'vitest';
import { readLeadCsv } from '#services/leads/csv.ts';
import { MAX_LEADS } from './options.ts';
import { BAD_ROWS, makePeople, peopleCsv } from './people.ts';

describe('the made-up people', () => {
  test('have a fictional number each, up to the largest list', () => {
    const people = makePeople({ count: MAX_LEADS, seed: 7 });
    expect(new Set(people.map(({ phone }) => phone)).size).toBe(MAX_LEADS);
    const fictional = /^(\+1[2-9]\d{2}55501\d{2}|\+447700900\d{3}|\+442079460\d{3}|\+61491570\d{3})$/;
    expect(people.filter(({ phone }) => !fictional.test(phone))).toEqual([]);
  });

  test('are the same for the same seed and others for another', () => {
    const people = makePeople({ count: 60, seed: 7 });
    expect(makePeople({ count: 60, seed: 7 })).toEqual(people);
    expect(makePeople({ count: 60, seed: 8 })).not.toEqual(people);
  });

  test('live in many zones, some of which are given', () => {
    const people = makePeople({ count: 60, seed: 7 });
    const zones = new Set(people.map(({ timeZone }) => timeZone).filter((zone) => zone !== null));
    expect(zones.size).toBeGreaterThan(2);
    expect(people.some(({ phone }) => phone.startsWith('+44'))).toBe(true);
  });

  test('are all imported; only the bad rows are refused', async () => {
    const people = makePeople({ count: MAX_LEADS, seed: 3 });
    const taken: string[] = [];
    const complaints: (string | null)[] = [];
    for await (const row of readLeadCsv(bytes(peopleCsv(people)), {})) {
      if (row.kind === 'lead') taken.push(row.lead.phone);
      else complaints.push(row.kind);
    }
    expect(taken).toEqual(people.map(({ phone }) => phone));
    expect(complaints).toHaveLength(BAD_ROWS);
    expect(complaints.filter((kind) => kind === 'duplicate')).toHaveLength(1);
  });
});

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}
