import { Link } from '@tanstack/react-router';
import { Check } from 'lucide-react';
import { cn } from '../../ui/cn.ts';
import { LAUNCH_STEPS, type LaunchStep, STEP_TEXT } from './search.ts';

/** The four steps; with a draft, each is a link. */
export function Stepper({ current, campaignId }: { current: LaunchStep; campaignId: string | undefined }) {
  const at = LAUNCH_STEPS.indexOf(current);
  return (
    <nav aria-label="Steps">
      <ol className="grid grid-cols-4 gap-1.5">
        {LAUNCH_STEPS.map((step, index) => {
          const state = index === at ? 'now' : index < at ? 'done' : 'ahead';
          const content = (
            <>
              <span
                aria-hidden
                className={cn(
                  'grid size-6 shrink-0 place-items-center rounded-full border text-xs font-semibold [&_svg]:size-3.5',
                  state === 'now' && 'border-accent bg-accent text-accent-ink',
                  state === 'done' && 'border-accent text-accent',
                  state === 'ahead' && 'text-muted',
                )}
              >
                {state === 'done' ? <Check /> : index + 1}
              </span>
              <span className={cn('truncate font-medium', state === 'ahead' && 'text-muted')}>
                {STEP_TEXT[step]}
              </span>
            </>
          );
          const style = cn(
            'flex min-w-0 items-center gap-2 rounded-md border-t-2 border-line px-1 py-2 max-sm:flex-col max-sm:gap-1',
            state !== 'ahead' && 'border-accent',
          );
          return (
            <li key={step} className="min-w-0">
              {campaignId === undefined ? (
                <span className={style} aria-current={state === 'now' ? 'step' : undefined}>
                  {content}
                </span>
              ) : (
                <Link
                  to="/launch"
                  search={{ campaign: campaignId, step }}
                  className={cn(style, 'hover:bg-raised')}
                  aria-current={state === 'now' ? 'step' : undefined}
                >
                  {content}
                </Link>
              )}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
