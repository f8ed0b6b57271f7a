import type { Actor } from '../db/queries/api-keys.ts';
import type { NormalisedLead } from '../domain/lead-row.ts';
import { addBatch, announceLeads } from './add-leads.ts';
import type { ApiDeps } from './deps.ts';
import { invalid } from './errors.ts';
import { ImportHeaderError } from './import/columns.ts';
import { readLeadCsv } from './import/csv.ts';

export interface ImportReport {
  /** Rows of the file, blank ones left out. */
  rows: number;
  accepted: number;
  /** Of another row of the file, or of a lead that the campaign has already. */
  duplicates: number;
  rejected: number;
  /** The first of them, in the order of the file as far as it was read. */
  errors: { row: number; column: string | null; message: string }[];
}

const BATCH = 1_000;
const MAX_ERRORS = 100;

/**
 * Imports a list row by row: what was added stays added, also when the rest of the body never comes.
 *
 * @throws Problem 422 when the header or the mapping cannot be used; 404 or 409 of the campaign
 */
export async function importLeads(
  deps: ApiDeps,
  actor: Actor,
  campaignId: string,
  { source, mapping }: { source: AsyncIterable<Uint8Array>; mapping?: Record<string, string> | undefined },
): Promise<ImportReport> {
  const importer = new LeadImporter(deps, actor, campaignId);
  try {
    for await (const item of readLeadCsv(source, mapping === undefined ? {} : { mapping })) {
      importer.countRow(item.row);
      switch (item.kind) {
        case 'lead':
          await importer.add(item.row, item.lead);
          break;
        case 'duplicate':
          importer.duplicate(item.row, `is the same number as in row ${item.firstRow}`);
          break;
        case 'error':
          importer.reject(item.row, item.column, item.message);
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
  readonly #deps: ApiDeps;
  readonly #actor: Actor;
  readonly #campaignId: string;
  #rows = 0;
  #accepted = 0;
  #duplicates = 0;
  #rejected = 0;
  #lastRejectedRow = 0;
  #errors: ImportReport['errors'] = [];
  #batch: { row: number; lead: NormalisedLead }[] = [];
  #toAnnounce: Parameters<typeof announceLeads>[1] | null = null;

  constructor(deps: ApiDeps, actor: Actor, campaignId: string) {
    this.#deps = deps;
    this.#actor = actor;
    this.#campaignId = campaignId;
  }

  countRow(row: number): void {
    this.#rows = Math.max(this.#rows, row);
  }

  async add(row: number, lead: NormalisedLead): Promise<void> {
    this.#batch.push({ row, lead });
    if (this.#batch.length >= BATCH) await this.flush();
  }

  duplicate(row: number, message: string): void {
    this.#duplicates += 1;
    this.#note(row, 'phone', `duplicate: ${message}`);
  }

  /** A row with several mistakes is one row rejected. */
  reject(row: number, column: string | null, message: string): void {
    if (row !== this.#lastRejectedRow) this.#rejected += 1;
    this.#lastRejectedRow = row;
    this.#note(row, column, message);
  }

  async flush(): Promise<void> {
    const batch = this.#batch;
    if (batch.length === 0) return;
    this.#batch = [];
    const result = await addBatch(
      this.#deps,
      this.#actor,
      this.#campaignId,
      batch.map(({ lead }) => lead),
    );
    const { added, campaign, reopened } = result;
    this.#accepted += added.size;
    for (const { row, lead } of batch) {
      if (!added.has(lead.phone)) this.duplicate(row, 'is in the campaign already');
    }
    if (added.size > 0) {
      this.#toAnnounce = { campaign, reopened: reopened || (this.#toAnnounce?.reopened ?? false) };
    }
  }

  /** Once, at the end: a workflow takes a bounded number of signals. */
  async announce(): Promise<void> {
    if (this.#toAnnounce !== null) await announceLeads(this.#deps, this.#toAnnounce);
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

  #note(row: number, column: string | null, message: string): void {
    if (this.#errors.length < MAX_ERRORS) this.#errors.push({ row, column, message });
  }
}
