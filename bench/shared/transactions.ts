/** The step of a call that a database transaction was, by what it wrote. */
const MARKS = [
  ['gate', /insert into "decisions"/],
  ['conclude', /"next_step" = /],
  ['webhook', /into "webhook_events"/],
  ['record placed', /pg_advisory_xact_lock/],
  ['import batch', /insert into leads /],
] as const;

export type TransactionKind = (typeof MARKS)[number][0] | 'other';

export function kindOfTransaction(statements: readonly string[]): TransactionKind {
  for (const [kind, mark] of MARKS) if (statements.some((text) => mark.test(text))) return kind;
  return 'other';
}

/** A statement's verb and main table, to add up equal ones. */
export function shapeOfStatement(text: string): string {
  const flat = text.replaceAll('"', '').replaceAll(/\s+/g, ' ').trim().toLowerCase();
  const verb = flat.split(' ', 1)[0] ?? '';
  if (verb === 'with') return 'gate counts';
  const table = /\b(?:into|update|from) (?:only )?([a-z_]+)/.exec(flat)?.[1];
  const lock = / for (?:no key )?(?:update|share)\b| for key share\b/.test(flat) ? ' (lock)' : '';
  if (flat.includes('pg_advisory_xact_lock')) return 'advisory lock';
  return table === undefined ? verb : `${verb} ${table}${lock}`;
}
