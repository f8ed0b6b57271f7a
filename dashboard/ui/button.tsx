import { cva, type VariantProps } from 'class-variance-authority';
import type { ComponentProps, ReactNode } from 'react';
import { cn } from './cn.ts';

export const buttonStyle = cva(
  'inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md font-medium whitespace-nowrap transition-colors ' +
    'disabled:opacity-50 aria-disabled:opacity-50 [&_svg]:size-4 [&_svg]:shrink-0',
  {
    variants: {
      variant: {
        primary: 'bg-accent text-accent-ink hover:bg-accent/88',
        outline: 'border border-line bg-panel hover:bg-raised',
        quiet: 'text-muted hover:bg-raised hover:text-ink',
        danger: 'border border-bad/45 text-bad hover:bg-bad/10',
        warn: 'border border-warn/50 text-warn hover:bg-warn/10',
      },
      size: { small: 'h-7 px-2 text-xs', medium: 'h-8 px-3', large: 'h-10 px-4 text-base', icon: 'size-8' },
    },
    defaultVariants: { variant: 'outline', size: 'medium' },
  },
);

export interface ButtonProps extends ComponentProps<'button'>, VariantProps<typeof buttonStyle> {
  /** Shown before the text; decorative. */
  icon?: ReactNode;
  /** The change is in progress and cannot be repeated. */
  busy?: boolean;
}

export function Button({
  variant,
  size,
  className,
  icon,
  busy = false,
  disabled,
  children,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      className={cn(buttonStyle({ variant, size }), className)}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      {...rest}
    >
      {icon !== undefined && (
        <span aria-hidden className={cn('contents', busy && '*:animate-breathe')}>
          {icon}
        </span>
      )}
      {children}
    </button>
  );
}

/** The label names the action, since there is only an icon. */
export function IconButton({ label, ...rest }: ButtonProps & { label: string }) {
  return <Button variant="quiet" size="icon" aria-label={label} title={label} {...rest} />;
}
