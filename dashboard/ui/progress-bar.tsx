import { cn } from './cn.ts';

/** A share that is done or in use; `text` describes it for screen readers. */
export function ProgressBar({
  label,
  value,
  of,
  text,
  className,
}: {
  label: string;
  value: number;
  of: number;
  text: string;
  className?: string;
}) {
  const part = of === 0 ? 0 : Math.min(1, value / of);
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={of}
      aria-valuenow={Math.min(value, of)}
      aria-valuetext={text}
      className={cn('h-2 overflow-hidden rounded-full bg-raised', className)}
    >
      <div
        className="h-full origin-left rounded-full bg-accent transition-transform"
        style={{ transform: `scaleX(${part})` }}
      />
    </div>
  );
}
