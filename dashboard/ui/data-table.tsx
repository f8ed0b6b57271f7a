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
/** Of the headings, which lie over the rows. */
const HEAD_HEIGHT = 32;
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
  const { label, columns, rows, rowId, onOpen, selectedId, hasMore = false } = props;
  const scroller = useRef<HTMLElement>(null);
  const { focus, items, range, end } = useVirtualRows(props, scroller);
  useSight(props, range);
  const byId = useShownRows(columns, rows, rowId, items);
  const keys = keysOf(items, rows, rowId);
  const tabStop = focus.index ?? range?.startIndex ?? 0;
  return (
    <section
      ref={scroller}
      // A part of the page that scrolls is to be reached by the keyboard.
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls.
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

/** Those rows that exist at this moment, each with its place from the top, and what has the keyboard. */
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

/** A row is the same one wherever it stands, so that it keeps the keyboard; by its place goes what is not there yet. */
function keysOf<Row>(
  items: readonly VirtualItem[],
  rows: readonly (Row | undefined)[],
  rowId: (row: Row) => string,
): string[] {
  const taken = new Set<string>();
  return items.map(({ index }) => {
    const row = rows[index];
    const id = row === undefined ? null : rowId(row);
    // While pages change, two of them may both have it for a moment.
    if (id === null || taken.has(id)) return `place ${index}`;
    taken.add(id);
    return id;
  });
}

/** The places in their order, and among them one more. */
function withIndex(indexes: number[], index: number | null, count: number): number[] {
  if (index === null || index >= count || indexes.includes(index)) return indexes;
  return [...indexes, index].sort((a, b) => a - b);
}

/** Tells what is seen, and asks for more when the end comes near. */
function useSight<Row>(
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

/** The table knows the rows that are shown: a model of every row would be built anew whenever one changes. */
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
  /** Not there while the row is being fetched. */
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
