import { AlertDialog } from '@base-ui/react/alert-dialog';
import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { type ReactNode, useRef, useState } from 'react';
import { Button, type ButtonProps, IconButton } from './button.tsx';
import { cn } from './cn.ts';
import { Refusal } from './refusal.tsx';

const BACKDROP = 'fixed inset-0 z-40 bg-black/45';
const POPUP =
  'fixed top-1/2 left-1/2 z-50 grid max-h-[calc(100dvh-2rem)] w-[min(32rem,calc(100vw-1.5rem))] -translate-x-1/2 ' +
  '-translate-y-1/2 gap-4 overflow-y-auto rounded-lg border bg-panel p-5 shadow-2xl';

interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  description?: ReactNode;
  className?: string;
  children: ReactNode;
}

export function Dialog({ open, onOpenChange, title, description, className, children }: DialogProps) {
  const popup = useRef<HTMLDivElement>(null);
  return (
    <Base.Root open={open} onOpenChange={onOpenChange}>
      <Base.Portal>
        <Base.Backdrop className={BACKDROP} />
        <Base.Popup
          ref={popup}
          // The first field is focused at once, except on touch, where the keyboard would cover the dialog.
          initialFocus={(openedBy) =>
            (openedBy !== 'touch' && popup.current?.querySelector<HTMLElement>('input, textarea, select')) ||
            true
          }
          className={cn(POPUP, className)}
        >
          <div className="flex items-start justify-between gap-4">
            <div className="grid gap-1">
              <Base.Title className="text-lg font-semibold">{title}</Base.Title>
              {description !== undefined && (
                <Base.Description className="text-muted">{description}</Base.Description>
              )}
            </div>
            <Base.Close render={<IconButton label="Close" icon={<X />} />} />
          </div>
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

interface ConfirmProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  /** The consequences, with counts. */
  children: ReactNode;
  /** The action's verb, such as "Stop campaign". */
  action: string;
  variant?: ButtonProps['variant'];
  /** The counts are still being fetched; nobody can confirm what is unknown. */
  waits?: boolean;
  onConfirm: () => Promise<unknown>;
}

/** Confirms something irreversible. It closes on success, and shows the reason on failure. */
export function Confirm({
  open,
  onOpenChange,
  title,
  children,
  action,
  variant = 'primary',
  waits = false,
  onConfirm,
}: ConfirmProps) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const change = (next: boolean) => {
    setProblem(null);
    onOpenChange(next);
  };
  const confirm = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await onConfirm();
      onOpenChange(false);
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <AlertDialog.Root open={open} onOpenChange={change}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={BACKDROP} />
        <AlertDialog.Popup className={POPUP}>
          <AlertDialog.Title className="text-lg font-semibold">{title}</AlertDialog.Title>
          <AlertDialog.Description render={<div className="grid gap-2 text-muted" />}>
            {children}
          </AlertDialog.Description>
          {problem !== null && <Refusal error={problem} />}
          <div className="flex justify-end gap-2">
            <AlertDialog.Close render={<Button disabled={busy}>Cancel</Button>} />
            <Button variant={variant} busy={busy} disabled={waits} onClick={() => void confirm()}>
              {action}
            </Button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
