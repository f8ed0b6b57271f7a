import { flexRender, tableFeatures, useTable } from '@tanstack/react-table';
import { defaultRangeExtractor, useVirtualizer, type VirtualItem } from '@tanstack/react-virtual';
import {
  Fragment,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useEffectEvent,
  useMemo,
  useRef,
} from 'react';
import { cn } from './cn.ts';
import { useRowFocus } from './row-focus.ts';
import { Awaited, Cell, Head, Spacer } from './table-parts.tsx';

const ROW_HEIGHT = 41;
/** The header covers the first rows by this height. */
const HEAD_HEIGHT = 32;
/** Rows kept above and below the visible ones. */
const OVERSCAN = 12;
/** The next page is requested this many rows before the end. */
const FETCH_AHEAD = 30;

export interface Column<Row> {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** In rem. The widths sum to the table's minimum; extra space is divided in their ratio. */
  width: number;
  align?: 'end';
  /** Hidden below 768 px. */
  wide?: boolean;
}

interface DataTableProps<Row> {
  /** For screen readers. */
  label: string;
  columns: readonly Column<Row>[];
  /** A row that is not fetched yet keeps its place. */
  rows: readonly (Row | undefined)[];
  rowId: (row: Row) => string;
  /** By click, or by Enter on the focused row. */
  onOpen?: (row: Row) => void;
  selectedId?: string | undefined;
  hasMore?: boolean;
  /** Called near the end, and again with each step towards it; never by itself after a failure. */
  onMore?: () => void;
  /** Maximum height of the list, as a class. */
  heightClass?: string;
  /** Called with the first and last visible position. Keep it stable. */
  onVisible?: (first: number, last: number) => void;
  /** Position of the first row to show. */
  startAt?: number;
}

const features = tableFeatures({});

/**
 * A list of any length: only visible rows are rendered, and more are requested on the way down. Up and down
 * (or J and K) move, Enter opens.
 */
export function DataTable<Row extends object>(props: DataTableProps<Row>) {
  const { label, columns, rows, rowId, onOpen, selectedId, hasMore = false } = props;
  const scroller = useRef<HTMLElement>(null);
  const { focus, items, range, end } = useVirtualRows(props, scroller);
  useVisibleRange(props, range);
  const byId = useShownRows(columns, rows, rowId, items);
  const keys = keysOf(items, rows, rowId);
  const tabStop = focus.index ?? range?.startIndex ?? 0;
  return (
    <section
      ref={scroller}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it.
      tabIndex={0}
      aria-label={label}
      className={cn(
        'scroll-pt-[32px] overflow-auto rounded-lg border bg-panel [overflow-anchor:none]',
        props.heightClass ?? 'max-h-[calc(100dvh-15rem)]',
      )}
    >
      <table
        aria-rowcount={hasMore ? -1 : rows.length + 1}
        className="w-full table-fixed border-separate border-spacing-0"
      >
        <caption className="sr-only">{label}</caption>
        <Head columns={columns} />
        <tbody onBlur={focus.onBlur}>
          {items.map(({ index, start }, at) => {
            const original = rows[index];
            const row = original === undefined ? undefined : byId[rowId(original)];
            return (
              <Fragment key={keys[at]}>
                <Spacer height={start - (items[at - 1]?.end ?? HEAD_HEIGHT)} columns={columns.length} />
                <RowFrame
                  index={index}
                  id={row?.id}
                  isSelected={row !== undefined && row.id === selectedId}
                  isTabStop={index === tabStop}
                  focus={focus}
                  onOpen={onOpen && (() => row && onOpen(row.original))}
                >
                  {row === undefined ? (
                    <Awaited columns={columns.length} />
                  ) : (
                    row.getAllCells().map((cell, column) => (
                      <Cell key={cell.id} column={columns[column]}>
                        {flexRender(cell.column.columnDef.cell, cell.getContext())}
                      </Cell>
                    ))
                  )}
                </RowFrame>
              </Fragment>
            );
          })}
          <Spacer height={end - (items.at(-1)?.end ?? end)} columns={columns.length} />
        </tbody>
      </table>
    </section>
  );
}

/** The rendered rows with their offsets, and the focused one. */
function useVirtualRows<Row>(
  { rows, rowId, startAt = 0 }: DataTableProps<Row>,
  scroller: RefObject<HTMLElement | null>,
) {
  const focus = useRowFocus({
    scroller,
    rows,
    rowId,
    show: (index) => virtualizer.scrollToIndex(index),
  });
  const virtualizer = useVirtualizer({
    count: rows.length,
    initialOffset: startAt * ROW_HEIGHT,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    rangeExtractor: (range) => withIndex(defaultRangeExtractor(range), focus.index, range.count),
    scrollMargin: HEAD_HEIGHT,
    scrollPaddingStart: HEAD_HEIGHT,
    overscan: OVERSCAN,
  });
  return {
    focus,
    items: virtualizer.getVirtualItems(),
    range: virtualizer.range,
    end: HEAD_HEIGHT + virtualizer.getTotalSize(),
  };
}

/**
 * A row keeps its key, and so its focus, wherever it moves; rows not fetched yet have their position as key.
 */
function keysOf<Row>(
  items: readonly VirtualItem[],
  rows: readonly (Row | undefined)[],
  rowId: (row: Row) => string,
): string[] {
  const taken = new Set<string>();
  return items.map(({ index }) => {
    const row = rows[index];
    const id = row === undefined ? null : rowId(row);
    // While pages change, two of them may contain the same row.
    if (id === null || taken.has(id)) return `place ${index}`;
    taken.add(id);
    return id;
  });
}

/** The positions in order, with one more inserted. */
function withIndex(indexes: number[], index: number | null, count: number): number[] {
  if (index === null || index >= count || indexes.includes(index)) return indexes;
  return [...indexes, index].sort((a, b) => a - b);
}

/** Reports the visible rows, and requests more near the end. */
function useVisibleRange<Row>(
  { rows, hasMore = false, onMore, onVisible }: DataTableProps<Row>,
  range: { startIndex: number; endIndex: number } | null,
): void {
  const first = range === null ? null : Math.max(range.startIndex - OVERSCAN, 0);
  const last = range === null ? null : Math.min(range.endIndex + OVERSCAN, rows.length - 1);
  const readMore = useEffectEvent(() => onMore?.());
  useEffect(() => {
    if (hasMore && last !== null && last >= rows.length - FETCH_AHEAD) readMore();
  }, [hasMore, last, rows.length]);
  useEffect(() => {
    if (first !== null && last !== null) onVisible?.(first, last);
  }, [first, last, onVisible]);
}

/** The table gets only the visible rows: a model of all rows would be rebuilt on every change. */
function useShownRows<Row extends object>(
  columns: readonly Column<Row>[],
  rows: readonly (Row | undefined)[],
  rowId: (row: Row) => string,
  items: readonly VirtualItem[],
) {
  const definitions = useMemo(
    () =>
      columns.map(({ id, header, cell }) => ({
        id,
        header,
        cell: (context: { row: { original: Row } }) => cell(context.row.original),
      })),
    [columns],
  );
  const data = useMemo(
    () => items.map(({ index }) => rows[index]).filter((row): row is Row => row !== undefined),
    [rows, items],
  );
  const table = useTable<typeof features, Row>({ features, columns: definitions, data, getRowId: rowId });
  return table.getRowModel().rowsById;
}

interface RowFrameProps {
  index: number;
  /** Undefined while the row is being fetched. */
  id: string | undefined;
  isSelected: boolean;
  isTabStop: boolean;
  focus: Pick<ReturnType<typeof useRowFocus>, 'onFocus' | 'onKeyDown'>;
  onOpen: (() => void) | undefined;
  children: ReactNode;
}

function RowFrame({ index, id, isSelected, isTabStop, focus, onOpen, children }: RowFrameProps) {
  const isThere = id !== undefined;
  const onKeyDown = (event: KeyboardEvent<HTMLTableRowElement>) => {
    if (event.key === 'Enter' && event.target === event.currentTarget && onOpen !== undefined) {
      event.preventDefault();
      onOpen();
    }
    focus.onKeyDown(event, index);
  };
  return (
    <tr
      data-index={index}
      data-row={id}
      aria-rowindex={index + 2}
      aria-busy={!isThere || undefined}
      aria-selected={isSelected || undefined}
      tabIndex={onOpen === undefined ? undefined : isTabStop ? 0 : -1}
      onFocus={() => focus.onFocus(index)}
      onKeyDown={onKeyDown}
      onClick={onOpen}
      className={cn(
        onOpen && 'focus-visible:-outline-offset-2',
        onOpen && isThere && 'cursor-pointer hover:bg-raised/70',
        isSelected && 'bg-accent/10',
      )}
    >
      {children}
    </tr>
  );
}
