import { type ComponentProps, type ReactNode, useId } from 'react';
import { cn } from './cn.ts';

const BOX =
  'w-full rounded-md border border-line-strong/70 bg-panel px-2.5 text-ink placeholder:text-muted ' +
  'aria-invalid:border-bad disabled:opacity-60';

export function Input({ className, ...rest }: ComponentProps<'input'>) {
  return <input className={cn(BOX, 'h-8', className)} {...rest} />;
}

export function Textarea({ className, ...rest }: ComponentProps<'textarea'>) {
  return <textarea className={cn(BOX, 'min-h-20 py-1.5', className)} {...rest} />;
}

/** A choice of few: the browser's own control works with every keyboard and screen reader. */
export function NativeSelect({ className, children, ...rest }: ComponentProps<'select'>) {
  return (
    <select className={cn(BOX, 'h-8 pr-7', className)} {...rest}>
      {children}
    </select>
  );
}

export function Checkbox({
  label,
  className,
  ...rest
}: Omit<ComponentProps<'input'>, 'type'> & { label: ReactNode }) {
  return (
    <label className={cn('inline-flex items-center gap-2', className)}>
      <input type="checkbox" className="size-4 accent-accent" {...rest} />
      <span>{label}</span>
    </label>
  );
}

interface FieldProps {
  label: ReactNode;
  hint?: ReactNode;
  /** The error, read out with the control. */
  error?: string | undefined;
  className?: string;
  /** Receives the attributes that link the control to its label, hint and error. */
  children: (control: {
    id: string;
    'aria-describedby': string | undefined;
    'aria-invalid': true | undefined;
  }) => ReactNode;
}

export function Field({ label, hint, error, className, children }: FieldProps) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ') || undefined;
  return (
    <div className={cn('grid content-start gap-1', className)}>
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      {children({ id, 'aria-describedby': described, 'aria-invalid': error ? true : undefined })}
      {hint && (
        <p id={`${id}-hint`} className="text-xs text-muted">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className="text-xs text-bad">
          {error}
        </p>
      )}
    </div>
  );
}
