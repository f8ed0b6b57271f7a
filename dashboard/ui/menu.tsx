import { Menu as Base } from '@base-ui/react/menu';
import type { ReactElement, ReactNode } from 'react';
import { cn } from './cn.ts';

export interface MenuEntry {
  label: ReactNode;
  icon?: ReactNode;
  onSelect: () => void;
  disabled?: boolean;
  danger?: boolean;
}

export function Menu({
  trigger,
  entries,
}: {
  trigger: ReactElement<Record<string, unknown>>;
  entries: readonly MenuEntry[];
}) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner sideOffset={4} align="end" className="z-50">
          <Base.Popup className="min-w-44 rounded-lg border bg-panel p-1 shadow-xl">
            {entries.map(({ label, icon, onSelect, disabled = false, danger = false }, index) => (
              <Base.Item
                // Entries keep their order while the menu is open.
                // biome-ignore lint/suspicious/noArrayIndexKey: they have no id.
                key={index}
                disabled={disabled}
                onClick={onSelect}
                className={cn(
                  'flex cursor-default items-center gap-2 rounded-md px-2 py-1.5 outline-none select-none [&_svg]:size-4',
                  'data-highlighted:bg-raised data-disabled:opacity-50',
                  danger && 'text-bad',
                )}
              >
                {icon}
                {label}
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
