import { Button } from '../../ui/button.tsx';

/** How much of a list has gone out. The number is read out at quarters only. */
export function Uploading({ name, share, onCancel }: { name: string; share: number; onCancel: () => void }) {
  const percent = Math.floor(share * 100);
  const sent = share >= 1;
  return (
    <div className="grid gap-3 rounded-lg border p-5">
      <div className="flex items-baseline justify-between gap-4">
        <span className="truncate font-medium">{name}</span>
        <span className="shrink-0">{sent ? 'Checking the last rows' : `${percent}%`}</span>
      </div>
      <div
        role="progressbar"
        aria-label="Import of the leads"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
        className="h-2 overflow-hidden rounded-full bg-raised"
      >
        <div
          className="h-full origin-left rounded-full bg-accent transition-transform"
          style={{ transform: `scaleX(${share})` }}
        />
      </div>
      <span className="sr-only" aria-live="polite">
        {sent ? 'Checking the last rows' : `${Math.floor(percent / 25) * 25}% sent`}
      </span>
      <div>
        <Button onClick={onCancel}>Cancel import</Button>
      </div>
    </div>
  );
}
