import type { NormalisedLead } from '#domain/lead-row.ts';
import type { CampaignRequest } from '../campaigns/transitions.ts';
import type { Context } from '../context.ts';
import { invalid } from '../errors.ts';
import { type AddedBatch, addBatch, announceLeads } from './add.ts';
import { readLeadCsv } from './csv.ts';
import { ImportHeaderError } from './import-columns.ts';

export interface ImportReport {
  /** Rows of the file, blank ones left out. */
  rows: number;
  accepted: number;
  /** Of another row of the file, or of a lead that the campaign has already. */
  duplicates: number;
  rejected: number;
  /** The first of them, in the order of the file as far as it was read. */
  errors: RowError[];
}

interface RowError extends Place {
  column: string | null;
  message: string;
}

/** Where in the file: the row counts from 1 without header and blank rows, the line is that of a text editor. */
interface Place {
  row: number;
  line: number;
}

type ImportContext = Pick<Context, 'db' | 'workflows' | 'logger' | 'now'>;

interface LeadImport extends CampaignRequest {
  /** The CSV. */
  source: AsyncIterable<Uint8Array>;
  /** The file's column name → field. */
  mapping?: Record<string, string> | undefined;
}

const BATCH = 1_000;
const MAX_ERRORS = 100;

/**
 * Imports a list row by row: what was added stays added, also when the rest of the body never comes.
 *
 * @throws ServiceError `invalid-request` when the header or the mapping cannot be used; `not-found` or `wrong-state`
 *   of the campaign
 */
export async function importLeads(
  context: ImportContext,
  { source, mapping, ...request }: LeadImport,
): Promise<ImportReport> {
  const importer = new LeadImporter(context, request);
  try {
    for await (const item of readLeadCsv(source, mapping === undefined ? {} : { mapping })) {
      importer.countRow(item.row);
      switch (item.kind) {
        case 'lead':
          await importer.add(item, item.lead);
          break;
        case 'duplicate':
          importer.duplicate(item, `is the same number as in row ${item.firstRow}`);
          break;
        case 'error':
          importer.reject(item, item.column, item.message);
          break;
      }
    }
    await importer.flush();
  } catch (error) {
    if (!(error instanceof ImportHeaderError)) throw error;
    throw invalid(error.problems.map((message) => ({ path: 'header', message })));
  } finally {
    await importer.announce();
  }
  return importer.report();
}

class LeadImporter {
  readonly #context: ImportContext;
  readonly #request: CampaignRequest;
  #rows = 0;
  #accepted = 0;
  #duplicates = 0;
  #rejected = 0;
  #lastRejectedRow = 0;
  #errors: ImportReport['errors'] = [];
  #batch: { place: Place; lead: NormalisedLead }[] = [];
  #toAnnounce: Pick<AddedBatch, 'campaign'> | null = null;

  constructor(context: ImportContext, request: CampaignRequest) {
    this.#context = context;
    this.#request = request;
  }

  countRow(row: number): void {
    this.#rows = Math.max(this.#rows, row);
  }

  async add({ row, line }: Place, lead: NormalisedLead): Promise<void> {
    this.#batch.push({ place: { row, line }, lead });
    if (this.#batch.length >= BATCH) await this.flush();
  }

  duplicate(place: Place, message: string): void {
    this.#duplicates += 1;
    this.#note(place, 'phone', `duplicate: ${message}`);
  }

  /** A row with several mistakes is one row rejected. */
  reject(place: Place, column: string | null, message: string): void {
    if (place.row !== this.#lastRejectedRow) this.#rejected += 1;
    this.#lastRejectedRow = place.row;
    this.#note(place, column, message);
  }

  async flush(): Promise<void> {
    const batch = this.#batch;
    if (batch.length === 0) return;
    this.#batch = [];
    const { added, campaign, isNews } = await addBatch(this.#context, {
      ...this.#request,
      leads: batch.map(({ lead }) => lead),
    });
    this.#accepted += added.size;
    for (const { place, lead } of batch) {
      if (!added.has(lead.phone)) this.duplicate(place, 'is in the campaign already');
    }
    if (isNews) this.#toAnnounce = { campaign };
  }

  /** Once, at the end: a workflow takes a bounded number of signals. */
  async announce(): Promise<void> {
    if (this.#toAnnounce !== null) await announceLeads(this.#context, this.#toAnnounce);
  }

  report(): ImportReport {
    return {
      rows: this.#rows,
      accepted: this.#accepted,
      duplicates: this.#duplicates,
      rejected: this.#rejected,
      errors: this.#errors,
    };
  }

  #note({ row, line }: Place, column: string | null, message: string): void {
    if (this.#errors.length < MAX_ERRORS) this.#errors.push({ row, line, column, message });
  }
}
