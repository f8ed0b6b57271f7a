import { Pause } from 'lucide-react';
import { Button } from '../ui/button.tsx';
import { usePausing } from './pausing.ts';
import { useShortcut } from './shortcuts.ts';

/** The key that pauses dialling, with its button. */
export function PauseKey() {
  const { does, isOne, isPossible, isPending, pause } = usePausing();
  useShortcut('p', { does, group: 'Everywhere', enabled: isPossible && !isPending }, pause);
  if (!isPossible) return null;
  return (
    <Button
      variant="warn"
      size="small"
      icon={<Pause />}
      busy={isPending}
      onClick={pause}
      title={`${does} (P)`}
    >
      {isOne ? 'Pause' : 'Pause all'}
    </Button>
  );
}
