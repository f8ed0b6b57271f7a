import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CsvRecord, CsvRecordReader, MAX_RECORD_BYTES } from './csv-records.ts';

async function* inChunks(bytes: Uint8Array, chunkBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}

async function read(
  file: string | Uint8Array,
  chunkBytes = 1_000,
  pieceBytes?: number,
): Promise<CsvRecord[]> {
  const bytes = typeof file === 'string' ? Buffer.from(file) : file;
  const all: CsvRecord[] = [];
  for await (const records of new CsvRecordReader(pieceBytes).read(inChunks(bytes, chunkBytes)))
    all.push(...records);
  return all;
}

/** Cells as they are, a problem as `line: message`. */
async function brief(
  file: string | Uint8Array,
  chunkBytes?: number,
  pieceBytes?: number,
): Promise<(string[] | string)[]> {
  return (await read(file, chunkBytes, pieceBytes)).map((record) =>
    record.kind === 'cells' ? record.cells : `${record.line}: ${record.message}`,
  );
}

describe('CsvRecordReader', () => {
  it.each([
    ['comma and LF', 'a,b\n1,2\n3,4\n'],
    ['no line end at the end', 'a,b\n1,2\n3,4'],
    ['CRLF', 'a,b\r\n1,2\r\n3,4\r\n'],
    ['CR', 'a,b\r1,2\r3,4\r'],
    ['semicolon', 'a;b\n1;2\n3;4\n'],
    ['tab', 'a\tb\n1\t2\n3\t4\n'],
    ['BOM', '\ufeffa,b\n1,2\n3,4\n'],
    ['blank lines', '\n  \na,b\n\n1,2\r\n\r\n3,4\n\n'],
    ['quotes', '"a","b"\r\n"1","2"\r\n"3",4\r\n'],
    ['quotes in CR lines', '"a","b"\r"1","2"\r"3",4\r'],
  ])('reads %s', async (_, file) => {
    expect(await brief(file)).toEqual([
      ['a', 'b'],
      ['1', '2'],
      ['3', '4'],
    ]);
  });

  it('reads quoted delimiters, line ends and quotes, and knows the lines', async () => {
    const records = await read('a,b\n"x, ""y""","two\r\nlines"\n5" pipe,z\n');
    expect(records).toEqual([
      { kind: 'cells', line: 1, cells: ['a', 'b'] },
      { kind: 'cells', line: 2, cells: ['x, "y"', 'two\r\nlines'] },
      { kind: 'cells', line: 4, cells: ['5" pipe', 'z'] },
    ]);
  });

  it('finds the delimiter in a header with quotes', async () => {
    expect(await brief('"a,b,c";d\n1;2\n')).toEqual([
      ['a,b,c', 'd'],
      ['1', '2'],
    ]);
  });

  it('goes on at the next line after a quote that is never closed', async () => {
    expect(await brief('a,b\n1,2\n"3,4\n5,6\n7,8\n')).toEqual([
      ['a', 'b'],
      ['1', '2'],
      '3: opens a quote that is never closed',
      ['5', '6'],
      ['7', '8'],
    ]);
  });

  it('names the line of the quote, not of the row it is in', async () => {
    expect(await brief('a,b\n"1\n2","3\n4,5\n')).toEqual([
      ['a', 'b'],
      '3: opens a quote that is never closed',
      ['4', '5'],
    ]);
  });

  it('notices a quote that only another row’s quote seems to close', async () => {
    expect(await brief('a,b\n"1,2\n3,4\n"5",6\n7,8\n')).toEqual([
      ['a', 'b'],
      '2: has text after a closing quote',
      ['3', '4'],
      ['5', '6'],
      ['7', '8'],
    ]);
  });

  it('finds the same problems wherever the pieces are cut', async () => {
    const file = 'a,b\r\n"1,2\r\n3,4\r\n"5",6\r\n"7"x,8\r\n"9\r\n9","10"\r\n"11,12\r\n13,"14"\r\n';
    const whole = await read(file);
    expect(whole.map((record) => record.kind === 'problem' && record.line).filter(Boolean)).toEqual([
      2, 5, 8,
    ]);
    for (let pieceBytes = 8; pieceBytes <= 70; pieceBytes += 1) {
      expect(await read(file, 3, pieceBytes), `pieces of ${pieceBytes}`).toEqual(whole);
    }
  });

  it('gives a quote up after 64 KiB and keeps every row after it', async () => {
    const rows = Array.from({ length: 30_000 }, (_, index) => `r${index},x`);
    const result = await brief(`a,b\n"open,1\n${rows.join('\n')}\n`);
    expect(result[1]).toMatch(/^2: opens a quote that is not closed within 65536 bytes/);
    expect(result.slice(2)).toEqual(rows.map((row) => row.split(',')));
  });

  it.each([
    ['plain', 'x'.repeat(10_000_000)],
    ['quoted', `"${'x'.repeat(10_000_000)}"`],
  ])('drops a %s cell of 10 MB and keeps the rows about it', async (_, cell) => {
    const result = await brief(`a,b\n1,2\n${cell},3\n4,5\n`, 65_536);
    expect(result).toEqual([['a', 'b'], ['1', '2'], expect.stringMatching(/^3: .*65536 bytes/), ['4', '5']]);
  });

  it('keeps a row that just fits', async () => {
    const fits = 'x'.repeat(MAX_RECORD_BYTES - 2);
    expect(
      await brief(`a,b\n${fits},1\n${fits},12\n"${fits.slice(2)}",1\n"${fits.slice(2)}",12\n3,4\n`),
    ).toEqual([
      ['a', 'b'],
      [fits, '1'],
      expect.stringMatching(/^3: is longer/),
      [fits.slice(2), '1'],
      expect.stringMatching(/^5: is longer/),
      ['3', '4'],
    ]);
  });

  it('refuses bad UTF-8 in its cell, and reads good UTF-8 wherever the chunks are cut', async () => {
    const bad = Buffer.concat([
      Buffer.from('näme,b\nJosé,1\nx,Zo'),
      Buffer.from([0xeb]),
      Buffer.from('\n日本,2\n'),
    ]);
    for (const pieceBytes of [12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 1_000]) {
      expect(await read(bad, 5, pieceBytes)).toEqual([
        { kind: 'cells', line: 1, cells: ['näme', 'b'] },
        { kind: 'cells', line: 2, cells: ['José', '1'] },
        { kind: 'problem', line: 3, cell: 1, message: expect.stringMatching(/UTF-8/) },
        { kind: 'cells', line: 4, cells: ['日本', '2'] },
      ]);
    }
  });

  it('gets through a file of quotes that never match in time that grows with the file only', async () => {
    // Each line opens a quote that the next line's ends wrongly: reading back to the file's start would never end.
    const file = `a,b\n${'"x,y\n'.repeat(100_000)}`;
    expect(await read(file, 65_536)).toHaveLength(100_001);
  });

  it('reads what csv-parse reads from any well-formed file, at any cut', async () => {
    const cell = fc.string({
      unit: fc.constantFrom('a', 'é', '日', ' ', ',', ';', '"', '\n', '\r\n', '1'),
      maxLength: 6,
    });
    const newlines = fc.constantFrom('\n', '\r\n');
    const sizes = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 20, max: 60 }));
    const table = fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(
        table,
        fc.boolean(),
        newlines,
        sizes,
        async (rows, quoteAll, newline, [chunk, piece]) => {
          const lines = [['h1', 'h2', 'h3'], ...rows].map((cells) =>
            cells
              .map((text) => (quoteAll || /[,;"\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text))
              .join(','),
          );
          const file = lines.join(newline) + newline;
          expect(await brief(file, chunk, piece)).toEqual(parse(file, { record_delimiter: newline }));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('yields as many rows as there are lines without quotes, whatever the bytes', async () => {
    const bytes = fc.uint8Array({ maxLength: 400 });
    await fc.assert(
      fc.asyncProperty(bytes, fc.integer({ min: 8, max: 90 }), async (garbage, pieceBytes) => {
        const clean = garbage.map((byte) => (byte === 0x22 ? 0x27 : byte));
        const records = await read(Buffer.concat([Buffer.from('a,b\n'), clean]), 64, pieceBytes);
        const lines = Buffer.from(clean).toString('latin1').split('\n');
        const filled = lines.filter((line) => line.replace(/\r$/, '').trim() !== '');
        expect(records).toHaveLength(filled.length + 1);
      }),
      { numRuns: 500 },
    );
  });
});
