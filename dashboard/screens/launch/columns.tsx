import type { ColumnsRead } from '../../client/generated.ts';
import { cn } from '../../ui/cn.ts';
import { NativeSelect } from '../../ui/field.tsx';
import type { CsvHead } from './csv-head.ts';

type ColumnField = ColumnsRead['columns'][number]['field'];

const FIELDS: Record<ColumnField, string> = {
  phone: 'Phone number',
  name: 'Name',
  first_name: 'First name',
  last_name: 'Last name',
  email: 'E-mail',
  company: 'Company',
  time_zone: 'Time zone',
  region: 'Region or state',
  postal_code: 'Postal code',
  consent: 'Consent',
  variable: 'Keep for the agent',
  ignore: 'Leave out',
};

interface ColumnsProps {
  name: string;
  head: CsvHead;
  /** The fields that columns map to; undefined while unknown. */
  read: ColumnsRead | undefined;
  onChoose: (header: string, field: ColumnField) => void;
}

/** The first rows of a list, with a field for each column. */
export function Columns({ name, head, read, onChoose }: ColumnsProps) {
  const fieldOf = (index: number) => read?.columns[index]?.field;
  return (
    <section
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide list scrolls.
      tabIndex={0}
      aria-label="Columns of the list"
      className="overflow-x-auto rounded-lg border"
    >
      <table className="w-full border-separate border-spacing-0 text-left">
        <caption className="border-b px-3 py-2 text-left text-muted">
          {name}: what each column is, with the first rows
        </caption>
        <thead>
          <tr>
            {head.headers.map((header, index) => (
              <th
                // Two columns may share a name, which is reported below.
                // biome-ignore lint/suspicious/noArrayIndexKey: see above.
                key={index}
                scope="col"
                className="min-w-44 border-b bg-ground p-2 align-top font-normal"
              >
                <span className="mb-1 block truncate px-1 font-mono text-xs text-muted">{header}</span>
                <NativeSelect
                  aria-label={`${header} is`}
                  value={fieldOf(index) ?? ''}
                  className={cn(fieldOf(index) === 'phone' && 'border-accent')}
                  onChange={(event) => onChoose(header, event.target.value as ColumnField)}
                >
                  {fieldOf(index) === undefined && <option value="">Choose</option>}
                  {Object.entries(FIELDS).map(([field, text]) => (
                    <option key={field} value={field}>
                      {text}
                    </option>
                  ))}
                </NativeSelect>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {head.rows.map((row, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of a file have no id.
            <tr key={at}>
              {head.headers.map((_, index) => (
                <td
                  // biome-ignore lint/suspicious/noArrayIndexKey: same as their columns.
                  key={index}
                  className={cn(
                    'max-w-64 truncate border-b px-3 py-1.5',
                    fieldOf(index) === 'ignore' && 'text-muted line-through',
                  )}
                >
                  {row[index]}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
