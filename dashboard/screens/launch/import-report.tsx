import { Check } from 'lucide-react';
import { useEffect, useRef } from 'react';
import type { LeadsImported } from '../../client/generated.ts';
import { formatCount, plural } from '../../format/numbers.ts';
import { Button } from '../../ui/button.tsx';
import { Figure } from '../../ui/card.tsx';

/** The counts of an import, and the errors of rejected rows. */
export function ImportReport({ report, onMore }: { report: LeadsImported; onMore: () => void }) {
  const { rows, accepted, duplicates, rejected, errors } = report;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <div className="grid gap-4">
      <h3 ref={heading} tabIndex={-1} className="flex items-center gap-2 font-semibold outline-none">
        <Check aria-hidden className="size-4 text-good" />
        {plural(accepted, 'lead')} added
      </h3>
      <div className="grid grid-cols-2 gap-2 sm:grid-cols-4">
        <Figure label="Rows" value={formatCount(rows)} />
        <Figure label="Added" value={formatCount(accepted)} />
        <Figure label="Duplicates" value={formatCount(duplicates)} detail="Not added again" />
        <Figure
          label="Rejected"
          value={formatCount(rejected)}
          detail={rejected > 0 ? 'See below' : undefined}
        />
      </div>
      {errors.length > 0 && <RowErrors report={report} />}
      <Button className="justify-self-start" onClick={onMore}>
        Import another list
      </Button>
    </div>
  );
}

function RowErrors({ report: { errors, duplicates, rejected } }: { report: LeadsImported }) {
  const wrong = duplicates + rejected;
  return (
    <section
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a long list scrolls.
      tabIndex={0}
      aria-label="Rows that were not added"
      className="max-h-80 overflow-auto rounded-lg border"
    >
      <table className="w-full text-left">
        <caption className="px-3 py-2 text-left text-muted">
          {wrong > errors.length
            ? `Rows that were not added: the first ${formatCount(errors.length)} of ${formatCount(wrong)}. Mend them in the file and import it again: what is there already is not added twice.`
            : 'Rows that were not added. Mend them in the file and import it again: what is there already is not added twice.'}
        </caption>
        <thead className="text-xs text-muted">
          <tr>
            <th scope="col" className="border-b px-3 py-1.5">
              Line
            </th>
            <th scope="col" className="border-b px-3 py-1.5">
              Column
            </th>
            <th scope="col" className="border-b px-3 py-1.5">
              What is wrong
            </th>
          </tr>
        </thead>
        <tbody>
          {errors.map(({ line, column, message }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a row may have several errors.
            <tr key={index}>
              <td className="border-b px-3 py-1.5">{line}</td>
              <td className="border-b px-3 py-1.5 font-mono text-xs">{column ?? '–'}</td>
              <td className="border-b px-3 py-1.5 wrap-anywhere">{message}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
