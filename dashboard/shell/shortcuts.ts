import { useEffect, useSyncExternalStore } from 'react';
import { type Options, useHotkeys } from 'react-hotkeys-hook';

interface Shortcut {
  /** As people read them: "G then C". */
  shown: string;
  does: string;
  group: string;
}

let known: readonly Shortcut[] = [];
const listeners = new Set<() => void>();

function change(next: readonly Shortcut[]): void {
  known = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Dialogs that have the page to themselves; a toast is a dialog too, which has not. */
const OPEN_DIALOG =
  'dialog[open], [role=dialog]:not([aria-modal=false]), [role=alertdialog]:not([aria-modal=false])';

function isBehindDialog(): boolean {
  return document.querySelector(OPEN_DIALOG) !== null;
}

/**
 * A key that does something while the component is shown, and stands in the list behind `?`. While a dialog is open
 * it does nothing: what lies behind is not seen, and is not meant.
 *
 * @param keys as react-hotkeys-hook reads them: 'p', 'mod+k', 'g>c' for one after the other
 * @param options.overDialogs whether it works while a dialog is open too
 */
export function useShortcut(
  keys: string,
  {
    does,
    group = 'Here',
    shown = shownAs(keys),
    overDialogs = false,
    ignoreEventWhen,
    ...options
  }: { does: string; group?: string; shown?: string; overDialogs?: boolean } & Options,
  handler: (event: KeyboardEvent) => void,
): void {
  const enabled = options.enabled !== false;
  useEffect(() => {
    if (!enabled) return;
    const shortcut = { shown, does, group };
    change([...known, shortcut]);
    return () => change(known.filter((other) => other !== shortcut));
  }, [shown, does, group, enabled]);
  useHotkeys(keys, handler, {
    preventDefault: true,
    sequenceTimeoutMs: 1_200,
    ...options,
    ignoreEventWhen: (event) => (!overDialogs && isBehindDialog()) || (ignoreEventWhen?.(event) ?? false),
  });
}

function shownAs(keys: string): string {
  const name = (key: string) =>
    key
      .split('+')
      .map((part) =>
        part === 'mod' ? 'Ctrl/⌘' : part === 'slash' ? '/' : part.length === 1 ? part.toUpperCase() : part,
      )
      .join(' ');
  return keys.split('>').map(name).join(' then ');
}

/** Every shortcut that works now. */
export function useShortcuts(): readonly Shortcut[] {
  return useSyncExternalStore(subscribe, () => known);
}
