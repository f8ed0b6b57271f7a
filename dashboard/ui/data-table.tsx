import { flexRender, tableFeatures, useTable } from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactNode, useEffect, useEffectEvent, useMemo, useRef } from 'react';
import { cn } from './cn.ts';
import { Skeleton } from './states.tsx';

const ROW_HEIGHT = 41;
/** Rows kept above and below what is seen. */
const OVERSCAN = 12;
/** So many rows before the end of what is there, the next page is asked for. */
const FETCH_AHEAD = 30;

/** A column: its heading, what stands in it, and how wide it is. */
export interface Column<Row> {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** In rem. The widths add up to the least the table takes; what is more is shared out in their ratio. */
  width: number;
  align?: 'end';
  /** Left out where there is no room: below 768 px. */
  wide?: boolean;
}

interface DataTableProps<Row> {
  /** What the table lists, for those who do not see it. */
  label: string;
  columns: readonly Column<Row>[];
  /** One that is not there yet holds its place. */
  rows: readonly (Row | undefined)[];
  rowId: (row: Row) => string;
  /** Opens a row: by click, or Enter on the row that has the keyboard. */
  onOpen?: (row: Row) => void;
  selectedId?: string | undefined;
  hasMore?: boolean;
  /** Called when the end comes near, and once more with each step towards it; not again by itself after a failure. */
  onMore?: () => void;
  /** How high the list may grow, as a class. */
  heightClass?: string;
  /** Told which rows are seen, by their places in the list, the first and the last. Keep it stable. */
  onVisible?: (first: number, last: number) => void;
  /** The place of the row that is shown first. */
  startAt?: number;
}

const features = tableFeatures({});

/**
 * A list of any length: only the rows that are seen exist in the page, and more are asked for on the way down. Up and
 * down (or J and K) go through it, Enter opens.
 */
export function DataTable<Row extends object>(props: DataTableProps<Row>) {
  const { label, columns, rows, rowId, onOpen, selectedId, hasMore = false, onMore, onVisible } = props;
  const scroller = useRef<HTMLElement>(null);
  const definitions = useMemo(
    () =>
      columns.map(({ id, header, cell }) => ({
        id,
        header,
        cell: (context: { row: { original: Row } }) => cell(context.row.original),
      })),
    [columns],
  );
  const virtualizer = useVirtualizer({
    count: rows.length,
    initialOffset: (props.startAt ?? 0) * ROW_HEIGHT,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: OVERSCAN,
  });
  const items = virtualizer.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  // The table knows the rows that are seen: a model of every row would be built anew whenever one changes.
  const data = useMemo(
    () => rows.slice(first, last + 1).filter((row): row is Row => row !== undefined),
    [rows, first, last],
  );
  const table = useTable<typeof features, Row>({ features, columns: definitions, data, getRowId: rowId });
  const byId = table.getRowModel().rowsById;
  const readMore = useEffectEvent(() => onMore?.());
  useEffect(() => {
    if (hasMore && last >= rows.length - FETCH_AHEAD) readMore();
  }, [hasMore, last, rows.length]);
  useEffect(() => onVisible?.(first, last), [first, last, onVisible]);

  const move = (event: KeyboardEvent<HTMLTableRowElement>, index: number) => {
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    const row = rows[index];
    if (event.key === 'Enter' && event.target === event.currentTarget && row !== undefined) {
      event.preventDefault();
      onOpen?.(row);
    }
    if (step === undefined) return;
    const next = Math.min(Math.max(index + step, 0), rows.length - 1);
    event.preventDefault();
    virtualizer.scrollToIndex(next);
    // The row may come into being by the scrolling.
    requestAnimationFrame(() =>
      scroller.current?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus(),
    );
  };

  const above = items[0]?.start ?? 0;
  const below = virtualizer.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <section
      ref={scroller}
      // A part of the page that scrolls is to be reached by the keyboard.
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls.
      tabIndex={0}
      aria-label={label}
      className={cn(
        'overflow-auto rounded-lg border bg-panel [overflow-anchor:none]',
        props.heightClass ?? 'max-h-[calc(100dvh-15rem)]',
      )}
    >
      <table
        aria-rowcount={hasMore ? -1 : rows.length + 1}
        className="w-full table-fixed border-separate border-spacing-0"
      >
        <caption className="sr-only">{label}</caption>
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
                  'sticky top-0 z-10 h-9 truncate border-b bg-panel px-3 text-left text-xs font-semibold text-muted',
                  align === 'end' && 'text-right',
                  wide && 'max-md:hidden',
                )}
              >
                {header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {above > 0 && <Spacer height={above} columns={columns.length} />}
          {items.map(({ index, key }) => {
            const original = rows[index];
            const row = original === undefined ? undefined : byId[rowId(original)];
            if (row === undefined) return <Awaited key={key} index={index} columns={columns.length} />;
            return (
              <tr
                key={key}
                data-index={index}
                data-row={row.id}
                aria-rowindex={index + 2}
                aria-selected={row.id === selectedId || undefined}
                tabIndex={onOpen === undefined ? undefined : index === (items[0]?.index ?? 0) ? 0 : -1}
                onKeyDown={(event) => move(event, index)}
                onClick={() => onOpen?.(row.original)}
                className={cn(
                  onOpen && 'cursor-pointer hover:bg-raised/70 focus-visible:-outline-offset-2',
                  row.id === selectedId && 'bg-accent/10',
                )}
              >
                {row.getAllCells().map((cell, at) => (
                  <td
                    key={cell.id}
                    className={cn(
                      'h-[41px] truncate border-b px-3',
                      columns[at]?.align === 'end' && 'text-right',
                      columns[at]?.wide && 'max-md:hidden',
                    )}
                  >
                    {flexRender(cell.column.columnDef.cell, cell.getContext())}
                  </td>
                ))}
              </tr>
            );
          })}
          {below > 0 && <Spacer height={below} columns={columns.length} />}
        </tbody>
      </table>
    </section>
  );
}

/** Holds the place of a row that is being fetched. */
function Awaited({ index, columns }: { index: number; columns: number }) {
  return (
    <tr data-index={index} aria-rowindex={index + 2} aria-busy>
      <td colSpan={columns} className="h-[41px] border-b px-3">
        <Skeleton className="h-3.5 w-2/3" />
      </td>
    </tr>
  );
}

/** Stands for the rows that are not there, so that the scroll bar tells the truth. */
function Spacer({ height, columns }: { height: number; columns: number }) {
  return (
    <tr aria-hidden>
      <td colSpan={columns} style={{ height }} className="p-0" />
    </tr>
  );
}
