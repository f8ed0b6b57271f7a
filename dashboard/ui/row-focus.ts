import {
  type FocusEvent,
  type KeyboardEvent,
  type RefObject,
  useEffectEvent,
  useLayoutEffect,
  useState,
} from 'react';

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 };

interface RowFocusOptions<Row> {
  scroller: RefObject<HTMLElement | null>;
  rows: readonly (Row | undefined)[];
  rowId: (row: Row) => string;
  /** Brings a row into sight. */
  show: (index: number) => void;
}

/**
 * The keyboard in a list of which only what is seen exists. Up and down (or J and K) go from row to row. Who is in a row
 * stays in it, in sight, when rows come or go around it; when the row itself goes, the one in its place is next.
 */
export function useRowFocus<Row>({ scroller, rows, rowId, show }: RowFocusOptions<Row>) {
  /** The row that has the keyboard; its id is null while it is being fetched. */
  const [focused, setFocused] = useState<{ index: number; id: string | null } | null>(null);
  const idAt = (index: number) => {
    const row = rows[index];
    return row === undefined ? null : rowId(row);
  };
  const focusAt = (index: number) => {
    const id = idAt(index);
    setFocused((was) => (was?.index === index && was.id === id ? was : { index, id }));
  };
  const goTo = (index: number) => {
    focusAt(index);
    show(index);
    // The row may come into being by the scrolling.
    requestAnimationFrame(() => {
      const row = scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"]`);
      if (row?.contains(document.activeElement) === false) row.focus();
    });
  };
  const follow = useEffectEvent(() => {
    if (focused === null) return;
    const place =
      focused.id === null ? focused.index : rows.findIndex((row) => row && rowId(row) === focused.id);
    const index = place === -1 ? Math.min(focused.index, rows.length - 1) : place;
    if (index >= 0 && (index !== focused.index || idAt(index) !== focused.id)) goTo(index);
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the rows are what it follows.
  useLayoutEffect(() => follow(), [rows]);

  return {
    /** Place of the row that has the keyboard, which is to exist wherever one scrolls. */
    index: focused?.index ?? null,
    onFocus: focusAt,
    onBlur(event: FocusEvent) {
      if (!event.currentTarget.contains(event.relatedTarget)) setFocused(null);
    },
    onKeyDown(event: KeyboardEvent, index: number) {
      const step = STEPS[event.key];
      if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      // The next key may come before the row has the keyboard that the last one led to.
      const from = focused?.index ?? index;
      goTo(Math.min(Math.max(from + step, 0), rows.length - 1));
    },
  };
}
