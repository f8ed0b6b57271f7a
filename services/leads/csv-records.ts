import { isAscii, isUtf8 } from 'node:buffer';

/** Longest record, header included, in bytes. What is longer is an error of that record alone. */
export const MAX_RECORD_BYTES = 65_536;

/** Bytes are looked at in pieces of this size, however the source cuts them: large enough to be quick. */
const PIECE_BYTES = 131_072;

/**
 * One record of a CSV file. `line` is the physical line it starts on, from 1; on a problem with a quote it is
 * the line the quote opens on. `cell` counts from 0 and is null when the problem is the whole record's.
 */
export type CsvRecord =
  | { kind: 'cells'; line: number; cells: string[] }
  | { kind: 'problem'; line: number; cell: number | null; message: string };

/** What `scanQuoted` made of a record with quotes in it. */
type Scan =
  | { kind: 'cells'; cells: string[]; end: number }
  | { kind: 'problem'; quoteAt: number; message: string }
  | { kind: 'incomplete' };

const NOT_UTF8 = 'is not valid UTF-8: save the file as UTF-8';

/**
 * Cuts a stream of bytes into CSV records (RFC 4180 with any of three delimiters and either kind of line end),
 * holding no more than a piece and a record in memory. Blank lines are left out.
 *
 * It is our own, though libraries for CSV abound, because it must go back: after a quote that is never closed
 * reading goes on at the next line, where a library has swallowed the rest of the file. Text is cut as Latin-1,
 * one character a byte, and decoded cell by cell, so that one wrong byte costs its row only.
 */
export class CsvRecordReader {
  #delimiter: string | null = null;
  #newline = '\n';
  #text = '';
  #at = 0;
  #line = 1;
  #isAscii = true;
  #isEnded = false;
  /** Inside a record that was given up as too long: everything up to the next line end is dropped. */
  #isSkipping = false;
  #nextQuote = -1;
  readonly #pieceBytes: number;

  /** @param pieceBytes must hold the header; tests use small ones */
  constructor(pieceBytes: number = PIECE_BYTES) {
    this.#pieceBytes = pieceBytes;
  }

  /** Records in the order of the file; the first is the header. */
  async *read(source: AsyncIterable<Uint8Array>): AsyncGenerator<CsvRecord[]> {
    for await (const piece of pieces(source, this.#pieceBytes)) {
      this.#append(piece);
      yield this.#takeAll();
    }
    this.#isEnded = true;
    yield this.#takeAll();
  }

  #append(piece: Buffer): void {
    const isFirst = this.#delimiter === null && this.#text === '';
    const hasMark = isFirst && piece[0] === 0xef && piece[1] === 0xbb && piece[2] === 0xbf;
    const bytes = hasMark ? piece.subarray(3) : piece;
    const rest = this.#text.slice(this.#at);
    // The rest holds other than ASCII only if what it was cut from did.
    this.#isAscii = isAscii(bytes) && (this.#isAscii || rest === '');
    this.#text = rest + bytes.toString('latin1');
    this.#at = 0;
    this.#nextQuote = -1;
    if (isFirst && !this.#text.includes('\n') && this.#text.includes('\r')) this.#newline = '\r';
  }

  #takeAll(): CsvRecord[] {
    const records: CsvRecord[] = [];
    for (;;) {
      const record = this.#take();
      if (record === 'incomplete') return records;
      if (record !== 'blank') records.push(record);
    }
  }

  #take(): CsvRecord | 'blank' | 'incomplete' {
    const text = this.#text;
    const start = this.#at;
    if (start >= text.length) return 'incomplete';
    const found = text.indexOf(this.#newline, start);
    if (this.#isSkipping) return this.#skip(found);
    if (found === -1 && !this.#isEnded && text.length - start <= MAX_RECORD_BYTES) return 'incomplete';
    const end = found === -1 ? text.length : found;
    this.#delimiter ??= detectDelimiter(text.slice(start, Math.min(end, start + MAX_RECORD_BYTES)));
    if (this.#nextQuote < start) {
      const quote = text.indexOf('"', start);
      this.#nextQuote = quote === -1 ? Number.POSITIVE_INFINITY : quote;
    }
    if (this.#nextQuote < end) return this.#takeQuoted(start);
    if (end - start > MAX_RECORD_BYTES) return this.#giveUp(start, TOO_LONG);
    const line = this.#line;
    this.#advance(end);
    const last = end > start && text.charCodeAt(end - 1) === CARRIAGE_RETURN ? end - 1 : end;
    if (last === start) return 'blank';
    return this.#finish(line, text.slice(start, last).split(this.#delimiter ?? ','));
  }

  #takeQuoted(start: number): CsvRecord | 'blank' | 'incomplete' {
    const scan = this.#scanQuoted(start);
    switch (scan.kind) {
      case 'incomplete':
        return 'incomplete';
      case 'problem':
        return this.#giveUp(scan.quoteAt, scan.message);
      case 'cells': {
        const line = this.#line;
        this.#line += countOf(this.#newline, this.#text, start, scan.end);
        this.#advance(scan.end);
        return this.#finish(line, scan.cells);
      }
    }
  }

  /** A quote counts where a cell begins; inside a cell it is a character like any other, as in `5" pipe`. */
  #scanQuoted(start: number): Scan {
    const text = this.#text;
    const delimiter = this.#delimiter ?? ',';
    const cells: string[] = [];
    let lineEnd = -1;
    for (let at = start; ; ) {
      let end: number;
      if (text[at] === '"') {
        const close = this.#closingQuote(start, at);
        if (typeof close !== 'number') return close;
        const inner = text.slice(at + 1, close);
        cells.push(inner.includes('"') ? inner.replaceAll('""', '"') : inner);
        end = close + 1;
        if (
          this.#newline === '\n' &&
          text[end] === '\r' &&
          (end + 1 === text.length || text[end + 1] === '\n')
        ) {
          if (end + 1 === text.length && !this.#isEnded) return { kind: 'incomplete' };
          end += 1;
        }
      } else {
        if (lineEnd < at) {
          const found = text.indexOf(this.#newline, at);
          if (found === -1 && !this.#isEnded && text.length - start <= MAX_RECORD_BYTES) {
            return { kind: 'incomplete' };
          }
          lineEnd = found === -1 ? text.length : found;
        }
        const next = text.indexOf(delimiter, at);
        end = next === -1 || next > lineEnd ? lineEnd : next;
        const isCrLf = end === lineEnd && end > at && text.charCodeAt(end - 1) === CARRIAGE_RETURN;
        cells.push(text.slice(at, isCrLf ? end - 1 : end));
      }
      if (end - start > MAX_RECORD_BYTES) return { kind: 'problem', quoteAt: start, message: TOO_LONG };
      if (end >= text.length || text[end] === this.#newline) return { kind: 'cells', cells, end };
      if (text[end] !== delimiter) {
        return { kind: 'problem', quoteAt: at, message: 'has text after a closing quote' };
      }
      at = end + 1;
    }
  }

  #closingQuote(start: number, open: number): number | Scan {
    const text = this.#text;
    for (let from = open + 1; ; ) {
      const quote = text.indexOf('"', from);
      const isCut = quote === -1 || quote + 1 === text.length;
      if (isCut && !this.#isEnded && text.length - start <= MAX_RECORD_BYTES) return { kind: 'incomplete' };
      if (quote === -1) return { kind: 'problem', quoteAt: open, message: this.#unclosed(start) };
      if (quote - start > MAX_RECORD_BYTES) {
        return { kind: 'problem', quoteAt: open, message: this.#unclosed(start) };
      }
      if (text[quote + 1] !== '"') return quote;
      from = quote + 2;
    }
  }

  #unclosed(start: number): string {
    return this.#text.length - start > MAX_RECORD_BYTES
      ? `opens a quote that is not closed within ${MAX_RECORD_BYTES} bytes, the most a row may have`
      : 'opens a quote that is never closed';
  }

  /** Reports the record and goes on after the physical line on which the trouble began. */
  #giveUp(troubleAt: number, message: string): CsvRecord {
    this.#line += countOf(this.#newline, this.#text, this.#at, troubleAt);
    const line = this.#line;
    this.#at = troubleAt;
    this.#isSkipping = true;
    this.#skip(this.#text.indexOf(this.#newline, troubleAt));
    return { kind: 'problem', line, cell: null, message };
  }

  #skip(newlineAt: number): 'blank' | 'incomplete' {
    this.#isSkipping = newlineAt === -1;
    this.#advance(newlineAt === -1 ? this.#text.length : newlineAt);
    return newlineAt === -1 ? 'incomplete' : 'blank';
  }

  /** Moves behind the line end at `end`, which may be the end of the text instead. */
  #advance(end: number): void {
    if (end < this.#text.length) this.#line += 1;
    this.#at = end + 1;
  }

  #finish(line: number, cells: string[]): CsvRecord | 'blank' {
    if (cells.length === 1 && cells[0]?.trim() === '') return 'blank';
    if (this.#isAscii) return { kind: 'cells', line, cells };
    for (const [index, cell] of cells.entries()) {
      if (!BEYOND_ASCII.test(cell)) continue;
      const bytes = Buffer.from(cell, 'latin1');
      if (!isUtf8(bytes)) return { kind: 'problem', line, cell: index, message: NOT_UTF8 };
      cells[index] = bytes.toString('utf8');
    }
    return { kind: 'cells', line, cells };
  }
}

const CARRIAGE_RETURN = 13;
const BEYOND_ASCII = /[\x80-\xff]/;
const TOO_LONG = `is longer than ${MAX_RECORD_BYTES} bytes, the most a row may have`;

function countOf(character: string, text: string, start: number, end: number): number {
  let count = 0;
  for (let at = text.indexOf(character, start); at !== -1 && at < end; at = text.indexOf(character, at + 1)) {
    count += 1;
  }
  return count;
}

/**
 * The one of `,` `;` and tab that the header has most of outside quotes; a comma when it has none. Null for a
 * blank line, which is no header.
 */
function detectDelimiter(header: string): string | null {
  if (header.trim() === '') return null;
  const bare = header.replaceAll(/"[^"]*"?/g, '');
  let best = ',';
  let most = 0;
  for (const candidate of [',', ';', '\t']) {
    const count = countOf(candidate, bare, 0, bare.length);
    if (count > most) {
      best = candidate;
      most = count;
    }
  }
  return best;
}

/** The source's bytes in pieces of one size: single bytes are gathered, one huge chunk is cut. */
async function* pieces(source: AsyncIterable<Uint8Array>, pieceBytes: number): AsyncGenerator<Buffer> {
  let gathered: Buffer[] = [];
  let gatheredBytes = 0;
  for await (const chunk of source) {
    let rest = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    while (gatheredBytes + rest.length >= pieceBytes) {
      const taken = pieceBytes - gatheredBytes;
      gathered.push(rest.subarray(0, taken));
      yield Buffer.concat(gathered);
      gathered = [];
      gatheredBytes = 0;
      rest = rest.subarray(taken);
    }
    // A copy: the source may reuse its buffer for the next chunk.
    if (rest.length > 0) gathered.push(Buffer.from(rest));
    gatheredBytes += rest.length;
  }
  if (gatheredBytes > 0) yield Buffer.concat(gathered);
}
