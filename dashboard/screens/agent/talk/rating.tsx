import { Star } from 'lucide-react';
import { useId } from 'react';
import { cn } from '../../../ui/cn.ts';

const GRADES: readonly [number, string][] = [
  [1, 'Bad'],
  [2, 'Poor'],
  [3, 'Fair'],
  [4, 'Good'],
  [5, 'Excellent'],
];

/** A rating from 1 to 5, as one group for the arrow keys. */
export function Rating({ rating, onRate }: { rating: number | null; onRate: (rating: number) => void }) {
  const name = useId();
  const word = GRADES.find(([grade]) => grade === rating)?.[1];
  return (
    <fieldset className="grid gap-1">
      <legend className="mb-1 font-medium">How did it sound?</legend>
      <div className="flex items-center gap-1">
        {GRADES.map(([grade, text]) => (
          <label
            key={grade}
            className="cursor-pointer rounded-md p-1 hover:bg-raised has-focus-visible:outline-2 has-focus-visible:outline-accent"
          >
            <input
              type="radio"
              name={name}
              value={grade}
              checked={rating === grade}
              onChange={() => onRate(grade)}
              className="sr-only"
            />
            <span className="sr-only">
              {grade}: {text}
            </span>
            <Star
              aria-hidden
              className={cn(
                'size-6',
                rating !== null && grade <= rating ? 'fill-current text-accent' : 'text-muted',
              )}
            />
          </label>
        ))}
        <span aria-hidden className="ml-2 text-muted">
          {word ?? 'Not judged yet'}
        </span>
      </div>
    </fieldset>
  );
}
