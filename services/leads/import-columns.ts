import { variableNameProblem } from '#domain/lead-row.ts';

/** What a column of a list can be mapped to; `variable` keeps it for the agent, `ignore` drops it. */
export const IMPORT_FIELDS = [
  'phone',
  'name',
  'first_name',
  'last_name',
  'email',
  'company',
  'time_zone',
  'region',
  'postal_code',
  'consent',
  'variable',
  'ignore',
] as const;
export type ImportField = (typeof IMPORT_FIELDS)[number];

/** What becomes of one column, in the order of the header; `header` is its name in the file. */
export type Column = { header: string } & (
  | { kind: 'field'; field: Exclude<ImportField, 'variable'> }
  | { kind: 'variable'; name: string }
);

/** The header cannot be used, so no row was read. `problems` holds everything that is wrong with it. */
export class ImportHeaderError extends Error {
  override name = 'ImportHeaderError';
  readonly problems: string[];

  constructor(problems: string[]) {
    super(problems.join('; '));
    this.problems = problems;
  }
}

/** What came of a lead stands in an export's columns with this prefix, which an import of it passes over. */
export const RESULT_PREFIX = 'ringleader_';

/** More columns than any list of people has; a file beyond it is not one. */
const MAX_COLUMNS = 200;

/** Names without spaces, dashes and case. Of several columns that fit one field the earliest name here wins. */
const SYNONYMS: Record<Exclude<ImportField, 'ignore' | 'variable'>, string[]> = {
  phone: [
    'phone',
    'phonenumber',
    'e164',
    'mobile',
    'mobilephone',
    'mobilenumber',
    'cell',
    'cellphone',
    'tel',
    'telephone',
    'number',
    'contactnumber',
    'msisdn',
  ],
  name: ['name', 'fullname', 'contactname', 'leadname', 'contact'],
  first_name: ['firstname', 'givenname', 'forename'],
  last_name: ['lastname', 'surname', 'familyname'],
  email: ['email', 'emailaddress', 'mail'],
  company: ['company', 'companyname', 'organisation', 'organization', 'business', 'account'],
  time_zone: ['timezone', 'tz', 'ianatimezone'],
  region: ['region', 'state', 'province', 'stateprovince'],
  postal_code: ['postalcode', 'postcode', 'zip', 'zipcode'],
  consent: ['consent', 'consentevidence', 'optin'],
};

/**
 * Decides what every column of a header is. A mapping decides first; columns it does not name are recognised by
 * their usual names; what remains becomes a variable under its own name. First and last name stay variables
 * too, since joining them to a name cannot be undone.
 *
 * @param mapping the file's column name → field, e.g. `{ "Handy": "phone" }`; case is ignored
 * @throws ImportHeaderError with every problem
 */
export function planColumns(headers: readonly string[], mapping: Record<string, string> = {}): Column[] {
  if (headers.length > MAX_COLUMNS) {
    throw new ImportHeaderError([
      `the header has ${headers.length} columns; at most ${MAX_COLUMNS} are read`,
    ]);
  }
  const problems: string[] = [];
  const names = headers.map((header, index) => header.trim() || `column_${index + 1}`);
  problems.push(...nameProblems(names));
  const fields = new Array<ImportField | undefined>(names.length);
  applyMapping(names, mapping, fields, problems);
  passOverResults(names, fields);
  recogniseFields(names, fields);
  if (!fields.includes('phone')) {
    problems.push('no column holds the phone number: name one "phone", or map one to it');
  }
  const columns = names.map((header, index): Column => {
    const field = fields[index];
    return field === undefined || field === 'variable'
      ? { header, kind: 'variable', name: header }
      : { header, kind: 'field', field };
  });
  for (const column of columns) {
    const problem = column.kind === 'variable' ? variableNameProblem(column.name) : null;
    if (problem !== null) problems.push(`the column "${column.header.slice(0, 80)}" ${problem}`);
  }
  if (problems.length > 0) throw new ImportHeaderError(problems);
  return columns;
}

/** What an import would take the columns of a header for; with problems, why it cannot be used. */
export function previewColumns(
  headers: readonly string[],
  mapping: Record<string, string>,
): { columns: { header: string; field: ImportField }[]; problems: string[] } {
  try {
    const columns = planColumns(headers, mapping).map((column) => ({
      header: column.header,
      field: column.kind === 'field' ? column.field : ('variable' as const),
    }));
    return { columns, problems: [] };
  } catch (error) {
    if (!(error instanceof ImportHeaderError)) throw error;
    return { columns: [], problems: error.problems };
  }
}

function nameProblems(names: readonly string[]): string[] {
  const seen = new Set<string>();
  const doubled = new Set<string>();
  for (const name of names) {
    const key = name.toLowerCase();
    if (seen.has(key)) doubled.add(name);
    seen.add(key);
  }
  return [...doubled].map((name) => `the column "${name.slice(0, 80)}" occurs more than once`);
}

function applyMapping(
  names: readonly string[],
  mapping: Record<string, string>,
  fields: (ImportField | undefined)[],
  problems: string[],
): void {
  for (const [from, to] of Object.entries(mapping)) {
    const wanted = from.trim().toLowerCase();
    const index = names.findIndex((name) => name.toLowerCase() === wanted);
    const field = IMPORT_FIELDS.find((known) => squeeze(known) === squeeze(to));
    if (index === -1) problems.push(`the mapping names a column "${from}", which the file does not have`);
    if (field === undefined) {
      problems.push(
        `the mapping of "${from}" names an unknown field "${to}" (known: ${IMPORT_FIELDS.join(', ')})`,
      );
    }
    if (index === -1 || field === undefined) continue;
    if (field !== 'ignore' && field !== 'variable' && fields.includes(field)) {
      problems.push(`the mapping names more than one column for "${field}"`);
    }
    fields[index] = field;
  }
}

/** In a list that was exported here these columns say what came of the leads: no property of theirs. */
function passOverResults(names: readonly string[], fields: (ImportField | undefined)[]): void {
  for (const [index, name] of names.entries()) {
    if (name.toLowerCase().startsWith(RESULT_PREFIX)) fields[index] ??= 'ignore';
  }
}

function recogniseFields(names: readonly string[], fields: (ImportField | undefined)[]): void {
  const squeezed = names.map(squeeze);
  for (const field of IMPORT_FIELDS) {
    if (field === 'ignore' || field === 'variable' || fields.includes(field)) continue;
    for (const synonym of SYNONYMS[field]) {
      const index = squeezed.findIndex((name, at) => name === synonym && fields[at] === undefined);
      if (index === -1) continue;
      fields[index] = field;
      break;
    }
  }
}

function squeeze(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_\-./]+/g, '');
}
