import { useEffect, useSyncExternalStore } from 'react';
import { type Options, useHotkeys } from 'react-hotkeys-hook';

interface Shortcut {
  /** For people: "G then C". */
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

/** Modal dialogs; a toast is a dialog too, but not modal. */
const OPEN_DIALOG =
  'dialog[open], [role=dialog]:not([aria-modal=false]), [role=alertdialog]:not([aria-modal=false])';

function isBehindDialog(): boolean {
  return document.querySelector(OPEN_DIALOG) !== null;
}

/**
 * A key that works while the component is mounted, and appears in the list behind `?`. It does nothing while
 * a dialog is open, since the page behind it is hidden.
 *
 * @param keys in the syntax of react-hotkeys-hook: 'p', 'mod+k', 'g>c' for a sequence
 * @param options.overDialogs whether it also works while a dialog is open
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

export function useShortcuts(): readonly Shortcut[] {
  return useSyncExternalStore(subscribe, () => known);
}
