import { Dialog } from '../ui/dialog.tsx';
import { useShortcuts } from './shortcuts.ts';

/** Every available shortcut, opened with `?`. */
export function ShortcutList({
  open,
  onOpenChange,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const shortcuts = useShortcuts();
  const groups = [...new Set(shortcuts.map(({ group }) => group))];
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keyboard">
      {groups.map((group) => (
        <section key={group} className="grid gap-1">
          <h3 className="text-xs font-semibold text-muted uppercase">{group}</h3>
          <dl className="grid gap-1">
            {shortcuts
              .filter((shortcut) => shortcut.group === group)
              .map(({ shown, does }) => (
                <div key={`${shown} ${does}`} className="flex items-baseline justify-between gap-4">
                  <dt>{does}</dt>
                  <dd>
                    <kbd className="rounded border bg-raised px-1.5 py-0.5 font-mono text-xs">{shown}</kbd>
                  </dd>
                </div>
              ))}
          </dl>
        </section>
      ))}
    </Dialog>
  );
}
