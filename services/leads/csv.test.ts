import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { type LeadCsvItem, type ReadLeadCsvOptions, readLeadCsv } from './csv.ts';
import { ImportHeaderError } from './import-columns.ts';

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function read(file: string | Uint8Array, options?: ReadLeadCsvOptions): Promise<LeadCsvItem[]> {
  const items: LeadCsvItem[] = [];
  const bytes = typeof file === 'string' ? Buffer.from(file) : file;
  for await (const item of readLeadCsv(once(bytes), options)) items.push(item);
  return items;
}

/** Memory that is still referenced, after a collection: the process's own size depends on what ran in it before. */
function heldBytes(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

describe('readLeadCsv', () => {
  it('reads leads with their extra columns as variables', async () => {
    const items = await read(
      'Name,Phone,Plan,TZ\n"Doe, Jane",+1 415 555 0117,gold,\nJoe,+12125550118,,Europe/Paris\n',
    );
    expect(items).toEqual([
      {
        kind: 'lead',
        row: 1,
        line: 2,
        lead: expect.objectContaining({
          phone: '+14155550117',
          name: 'Doe, Jane',
          variables: { Plan: 'gold' },
        }),
      },
      {
        kind: 'lead',
        row: 2,
        line: 3,
        lead: expect.objectContaining({ phone: '+12125550118', zones: ['Europe/Paris'], variables: {} }),
      },
    ]);
  });

  it('joins first and last name and keeps them as variables', async () => {
    const [item] = await read('first name,last name,phone\nJane,Doe,+14155550117\n');
    expect(item).toMatchObject({
      lead: { name: 'Jane Doe', variables: { 'first name': 'Jane', 'last name': 'Doe' } },
    });
  });

  it('reports each mistake under the file’s own column name and keeps the good rows', async () => {
    const file = [
      'Mobile,E-mail,TZ,Post code',
      '+14155550117,a@example.test,,',
      'n/a,not an address,Mars/Olympus,1',
      '+999123456789,,,',
      '+14155550118,,,',
      '',
    ].join('\n');
    expect(await read(file)).toEqual([
      expect.objectContaining({ kind: 'lead', row: 1 }),
      { kind: 'error', row: 2, line: 3, column: 'Mobile', message: 'is not a phone number' },
      { kind: 'error', row: 2, line: 3, column: 'TZ', message: expect.stringMatching(/IANA/) },
      { kind: 'error', row: 2, line: 3, column: 'E-mail', message: 'is not an e-mail address' },
      {
        kind: 'error',
        row: 3,
        line: 4,
        column: 'Mobile',
        message: expect.stringMatching(/does not exist/),
      },
      expect.objectContaining({ kind: 'lead', row: 4, line: 5 }),
    ]);
  });

  it('reports the second row of a number, however it is written, with the first', async () => {
    const items = await read('phone\n+14155550117\n\n+1 (415) 555-0117\n+14155550118\n');
    expect(items).toEqual([
      expect.objectContaining({ kind: 'lead', row: 1 }),
      { kind: 'duplicate', row: 2, line: 4, firstRow: 1, phone: '+14155550117' },
      expect.objectContaining({ kind: 'lead', row: 3 }),
    ]);
  });

  it('refuses rows with too few or too many cells, but not the empty ones spreadsheets add', async () => {
    const items = await read('phone,name\n+14155550117\n+14155550118,a,b\n+14155550119,a,,\n,,\n');
    expect(items).toEqual([
      { kind: 'error', row: 1, line: 2, column: null, message: 'has 1 cells, the header has 2' },
      { kind: 'error', row: 2, line: 3, column: null, message: 'has 3 cells, the header has 2' },
      expect.objectContaining({ kind: 'lead', row: 3 }),
    ]);
  });

  it('makes a row error of NUL, bad UTF-8 and an open quote', async () => {
    const file = Buffer.concat([
      Buffer.from('phone,name\n+14155550117,a\0b\n+14155550118,Zo'),
      Buffer.from([0xeb]),
      Buffer.from('\n+14155550119,"open\n+14155550120,ok\n'),
    ]);
    expect(await read(file)).toEqual([
      { kind: 'error', row: 1, line: 2, column: 'name', message: 'contains a NUL character' },
      { kind: 'error', row: 2, line: 3, column: 'name', message: expect.stringMatching(/UTF-8/) },
      { kind: 'error', row: 3, line: 4, column: null, message: expect.stringMatching(/never closed/) },
      expect.objectContaining({ kind: 'lead', row: 4, line: 5 }),
    ]);
  });

  it('reads national numbers with a default country', async () => {
    expect(await read('phone\n415 555 0117\n', { defaultCountry: 'US' })).toMatchObject([{ kind: 'lead' }]);
    expect(await read('phone\n415 555 0117\n')).toMatchObject([{ kind: 'error', column: 'phone' }]);
  });

  it('stops at the row limit and says so', async () => {
    const items = await read('phone\n+14155550117\n+14155550118\n+14155550119\n', { maxRows: 2 });
    expect(items.map((item) => item.kind)).toEqual(['lead', 'lead', 'error']);
    expect(items[2]).toMatchObject({
      row: 3,
      line: 4,
      column: null,
      message: expect.stringMatching(/more than 2 rows/),
    });
  });

  it('has nothing to say about a header without rows', async () => {
    expect(await read('phone,name\n')).toEqual([]);
  });

  it.each([
    ['an empty file', ''],
    ['a file of blank lines', '\n\n  \n'],
    ['a BOM alone', '\ufeff'],
    ['no phone column', 'name,email\nx,y\n'],
    ['a million columns', `phone,${'c,'.repeat(1_000_000)}\n`],
    ['300 columns', `phone,${Array.from({ length: 299 }, (_, index) => `c${index}`).join()}\n`],
    ['UTF-16', Buffer.from('\ufeffphone,name\n', 'utf16le')],
    ['a header in Latin-1', Buffer.from('phone,Größe\n', 'latin1')],
    ['a header with an open quote', 'phone,"name\n+14155550117,x\n'],
  ])('refuses %s before any row', async (_, file) => {
    await expect(read(file)).rejects.toThrow(ImportHeaderError);
  });

  it('refuses a mapping that does not fit', async () => {
    await expect(read('Handy\n+14155550117\n', { mapping: { Handi: 'phone' } })).rejects.toMatchObject({
      problems: [expect.stringMatching(/Handi/), expect.stringMatching(/phone number/)],
    });
    expect(await read('Handy\n+14155550117\n', { mapping: { Handy: 'phone' } })).toMatchObject([
      { kind: 'lead' },
    ]);
  });

  it('holds no more than a piece of an endless file in memory', async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('phone,note\n');
      const line = Buffer.from(`+14155550117,${'x'.repeat(986)}\n`.repeat(64));
      for (let sent = 0; sent < 256 * 1024 * 1024; sent += line.length) yield line;
    }
    const before = heldBytes();
    const held: number[] = [];
    for await (const item of readLeadCsv(endless())) {
      if (item.row % 20_000 === 0) held.push(heldBytes() - before);
    }
    expect(held.length).toBeGreaterThan(10);
    expect(Math.max(...held)).toBeLessThan(32 * 1024 * 1024);
  });
});
