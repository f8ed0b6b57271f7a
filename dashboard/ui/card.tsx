import type { ComponentProps, ReactNode } from 'react';
import { cn } from './cn.ts';

/** A part of a page with its own heading. */
export function Card({
  title,
  actions,
  className,
  children,
  ...rest
}: Omit<ComponentProps<'section'>, 'title'> & { title?: ReactNode; actions?: ReactNode }) {
  return (
    <section className={cn('min-w-0 rounded-lg border bg-panel p-4', className)} {...rest}>
      {(title !== undefined || actions !== undefined) && (
        <div className="mb-3 flex flex-wrap items-center justify-between gap-2">
          <h2 className="font-semibold">{title}</h2>
          {actions}
        </div>
      )}
      {children}
    </section>
  );
}

/** A figure with its name, of constant width. */
export function Figure({
  label,
  value,
  detail,
  className,
}: {
  label: ReactNode;
  value: ReactNode;
  detail?: ReactNode;
  className?: string;
}) {
  return (
    <div className={cn('min-w-0 rounded-lg border bg-panel px-4 py-3', className)}>
      <div className="truncate text-xs font-medium text-muted">{label}</div>
      <div className="mt-0.5 truncate text-2xl font-semibold tracking-tight">{value}</div>
      <div className="mt-0.5 h-4 truncate text-xs text-muted">{detail}</div>
    </div>
  );
}
