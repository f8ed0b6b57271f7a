import type { ReactNode } from 'react';

export type FigureColumn<Row> = readonly [name: string, value: (row: Row) => string];

interface FiguresTableProps<Row> {
  /** For screen readers. */
  label: string;
  /** Heading of the first column, which names the rows. */
  of: string;
  rows: readonly Row[];
  idOf: (row: Row) => string;
  nameOf: (row: Row) => ReactNode;
  columns: readonly FigureColumn<Row>[];
}

/** The same figures for several items side by side. */
export function FiguresTable<Row>({ label, of, rows, idOf, nameOf, columns }: FiguresTableProps<Row>) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it.
    <section aria-label={label} tabIndex={0} className="overflow-x-auto">
      <table className="w-full min-w-140">
        <thead className="text-xs text-muted">
          <tr>
            <th scope="col" className="pb-2 text-left font-medium">
              {of}
            </th>
            {columns.map(([name]) => (
              <th key={name} scope="col" className="pb-2 pl-3 text-right font-medium whitespace-nowrap">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y border-t">
          {rows.map((row) => (
            <tr key={idOf(row)}>
              <th scope="row" className="py-2 text-left font-medium">
                {nameOf(row)}
              </th>
              {columns.map(([name, value]) => (
                <td key={name} className="py-2 pl-3 text-right">
                  {value(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
