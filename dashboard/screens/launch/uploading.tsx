import { Button } from '../../ui/button.tsx';
import { ProgressBar } from '../../ui/progress-bar.tsx';

/** The upload's progress; screen readers get it in quarters. */
export function Uploading({ name, share, onCancel }: { name: string; share: number; onCancel: () => void }) {
  const percent = Math.floor(share * 100);
  const sent = share >= 1;
  return (
    <div className="grid gap-3 rounded-lg border p-5">
      <div className="flex items-baseline justify-between gap-4">
        <span className="truncate font-medium">{name}</span>
        <span className="shrink-0">{sent ? 'Checking the last rows' : `${percent}%`}</span>
      </div>
      <ProgressBar label="Import of the leads" value={percent} of={100} text={`${percent}%`} />
      <span className="sr-only" aria-live="polite">
        {sent ? 'Checking the last rows' : `${Math.floor(percent / 25) * 25}% sent`}
      </span>
      <div>
        <Button onClick={onCancel}>Cancel import</Button>
      </div>
    </div>
  );
}
