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
  /** Scrolls a row into view. */
  show: (index: number) => void;
}

/**
 * Keyboard focus in a list that renders only visible rows. Up and down (or J and K) move by one row. Focus
 * stays in its row when others come or go; when the row itself is removed, the one in its place gets it.
 */
export function useRowFocus<Row>({ scroller, rows, rowId, show }: RowFocusOptions<Row>) {
  /** The focused row; its id is null while it is being fetched. */
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
    // Scrolling may render the row only now.
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
  // biome-ignore lint/correctness/useExhaustiveDependencies: it follows the rows.
  useLayoutEffect(() => follow(), [rows]);

  return {
    /** Position of the focused row, which is rendered wherever one scrolls. */
    index: focused?.index ?? null,
    onFocus: focusAt,
    onBlur(event: FocusEvent) {
      if (!event.currentTarget.contains(event.relatedTarget)) setFocused(null);
    },
    onKeyDown(event: KeyboardEvent, index: number) {
      const step = STEPS[event.key];
      if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      // The next key may arrive before the row of the last one has focus.
      const from = focused?.index ?? index;
      goTo(Math.min(Math.max(from + step, 0), rows.length - 1));
    },
  };
}
