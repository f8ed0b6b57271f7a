import { Toast } from '@base-ui/react/toast';
import { X } from 'lucide-react';
import { messageOf } from '../client/problem.ts';
import { IconButton } from './button.tsx';
import { cn } from './cn.ts';

const manager = Toast.createToastManager();

export function toastDone(title: string, description?: string): void {
  manager.add({ title, description, type: 'done' });
}

export function toastFailed(title: string, error: unknown): void {
  manager.add({ title, description: messageOf(error), type: 'failed', priority: 'high', timeout: 12_000 });
}

/** Where toasts appear; once, around the page. */
export function Toasts() {
  return (
    <Toast.Provider toastManager={manager} limit={4}>
      <Toast.Portal>
        <Toast.Viewport className="fixed right-4 bottom-4 z-50 flex w-[min(24rem,calc(100vw-2rem))] flex-col gap-2">
          <List />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function List() {
  const { toasts } = Toast.useToastManager();
  return toasts.map((toast) => (
    <Toast.Root
      key={toast.id}
      toast={toast}
      className={cn('rounded-lg border bg-panel p-3 shadow-xl', toast.type === 'failed' && 'border-bad/50')}
    >
      <Toast.Content className="flex items-start justify-between gap-3">
        <div className="min-w-0">
          <Toast.Title className={cn('font-medium', toast.type === 'failed' && 'text-bad')} />
          <Toast.Description className="text-muted wrap-anywhere" />
        </div>
        <Toast.Close render={<IconButton label="Dismiss" icon={<X />} size="small" />} />
      </Toast.Content>
    </Toast.Root>
  ));
}
