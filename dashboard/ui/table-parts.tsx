import type { ReactNode } from 'react';
import { cn } from './cn.ts';
import { Skeleton } from './states.tsx';

interface ColumnLook {
  id: string;
  header: string;
  /** In rem. */
  width: number;
  align?: 'end';
  /** Hidden where there is no room. */
  wide?: boolean;
}

/** The header, which stays above the rows. */
export function Head({ columns }: { columns: readonly ColumnLook[] }) {
  return (
    <>
      <colgroup>
        {columns.map(({ id, width, wide = false }) => (
          <col key={id} style={{ width: `${width}rem` }} className={cn(wide && 'max-md:hidden')} />
        ))}
      </colgroup>
      <thead>
        <tr aria-rowindex={1}>
          {columns.map(({ id, header, align, wide = false }) => (
            <th
              key={id}
              scope="col"
              className={cn(
                'sticky top-0 z-10 h-[32px] truncate border-b bg-panel px-3 text-left text-xs font-semibold text-muted',
                align === 'end' && 'text-right',
                wide && 'max-md:hidden',
              )}
            >
              {header}
            </th>
          ))}
        </tr>
      </thead>
    </>
  );
}

export function Cell({ column, children }: { column: ColumnLook | undefined; children: ReactNode }) {
  return (
    <td
      className={cn(
        'h-[41px] truncate border-b px-3',
        column?.align === 'end' && 'text-right',
        column?.wide && 'max-md:hidden',
      )}
    >
      {children}
    </td>
  );
}

/** A row that is being fetched. */
export function Awaited({ columns }: { columns: number }) {
  return (
    <td colSpan={columns} className="h-[41px] border-b px-3">
      <Skeleton className="h-3.5 w-2/3" />
    </td>
  );
}

/** Stands for rows that are not rendered, so that the scroll bar is correct. */
export function Spacer({ height, columns }: { height: number; columns: number }) {
  if (height <= 0) return null;
  return (
    <tr aria-hidden>
      <td colSpan={columns} style={{ height }} className="p-0" />
    </tr>
  );
}
