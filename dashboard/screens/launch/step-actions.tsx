import { ArrowLeft, ArrowRight } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '../../ui/button.tsx';

/** The buttons at the bottom of a step. */
export function StepActions({
  onBack,
  onNext,
  next,
  busy = false,
  disabled = false,
  problem,
}: {
  onBack?: () => void;
  onNext?: () => void;
  /** Label of the next button: "Continue to leads". */
  next?: string;
  busy?: boolean;
  disabled?: boolean;
  /** Why the next step is unavailable. */
  problem?: ReactNode;
}) {
  return (
    <div className="sticky bottom-0 z-10 -mx-4 flex flex-wrap items-center justify-between gap-3 border-t bg-ground/95 px-4 py-3 backdrop-blur-sm md:-mx-6 md:px-6">
      {onBack === undefined ? (
        <span />
      ) : (
        <Button icon={<ArrowLeft />} onClick={onBack} disabled={busy}>
          Back
        </Button>
      )}
      <div className="flex min-w-0 flex-wrap items-center justify-end gap-3">
        {problem !== undefined && (
          <p role="alert" className="text-bad">
            {problem}
          </p>
        )}
        {next !== undefined && (
          <Button
            type={onNext === undefined ? 'submit' : 'button'}
            variant="primary"
            busy={busy}
            disabled={disabled}
            onClick={onNext}
          >
            {next}
            <ArrowRight aria-hidden />
          </Button>
        )}
      </div>
    </div>
  );
}
