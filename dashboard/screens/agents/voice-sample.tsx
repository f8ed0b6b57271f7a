import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import { sampleVoice, type Voice } from '../../client/generated.ts';
import { messageOf } from '../../client/problem.ts';
import { readSound } from '../../client/sound.ts';
import { Field, Input } from '../../ui/field.tsx';

/** The one sample that plays; the next one replaces it. */
export interface Sample {
  voice: Voice | null;
  state: 'silent' | 'fetching' | 'ready' | 'playing';
  problem: string | null;
  player: RefObject<HTMLAudioElement | null>;
  play: (voice: Voice, words: string) => void;
  onPlaying: (isPlaying: boolean) => void;
}

/** Generates and plays a sample. Samples are kept, since the provider charges for each. */
export function useSample(): Sample {
  const player = useRef<HTMLAudioElement>(null);
  const spoken = useRef(new Map<string, string>());
  const asked = useRef(0);
  const [voice, setVoice] = useState<Voice | null>(null);
  const [state, setState] = useState<Sample['state']>('silent');
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    const addresses = spoken.current;
    return () => {
      for (const address of addresses.values()) URL.revokeObjectURL(address);
      addresses.clear();
    };
  }, []);

  const play = useCallback((next: Voice, words: string) => {
    asked.current += 1;
    const thisRequest = asked.current;
    player.current?.pause();
    setVoice(next);
    setProblem(null);
    setState('fetching');
    fetchSample(spoken.current, next.voiceId, words)
      .then(async (address) => {
        if (thisRequest !== asked.current || player.current === null) return;
        setState('ready');
        player.current.src = address;
        await player.current.play();
      })
      .catch((error: unknown) => {
        if (thisRequest !== asked.current) return;
        setState('silent');
        setProblem(`${next.name} cannot be heard. ${messageOf(error)}`);
      });
  }, []);
  const onPlaying = useCallback((isPlaying: boolean) => {
    setState((now) => (now === 'fetching' ? now : isPlaying ? 'playing' : 'ready'));
  }, []);
  return { voice, state, problem, player, play, onPlaying };
}

async function fetchSample(spoken: Map<string, string>, voiceId: string, words: string): Promise<string> {
  const name = `${voiceId} ${words}`;
  const kept = spoken.get(name);
  if (kept !== undefined) return kept;
  const sound = await readSound((options) => sampleVoice(voiceId, { text: words }, options));
  const address = URL.createObjectURL(sound);
  spoken.set(name, address);
  return address;
}

/** The sentence and the player, which is present before there is a sample. */
export function SampleBar({
  sample,
  words,
  onWords,
}: {
  sample: Sample;
  words: string;
  onWords: (words: string) => void;
}) {
  return (
    <div className="sticky top-16 z-10 grid items-end gap-3 rounded-lg border bg-panel p-4 shadow-sm md:grid-cols-[minmax(0,1fr)_22rem]">
      <Field label="What is said" hint="The provider charges for each sample by its characters.">
        {(control) => (
          <Input
            {...control}
            value={words}
            maxLength={500}
            onChange={(event) => onWords(event.target.value)}
          />
        )}
      </Field>
      <div className="grid gap-1">
        <p className="min-h-5 truncate text-xs text-muted" role={sample.problem ? 'alert' : undefined}>
          {sample.problem ? <span className="text-bad">{sample.problem}</span> : heading(sample)}
        </p>
        {/* biome-ignore lint/a11y/useMediaCaption: its text is shown beside it. */}
        <audio
          ref={sample.player}
          controls
          aria-label={sample.voice === null ? 'Sample' : `Sample of ${sample.voice.name}`}
          className="h-9 w-full"
          onPlay={() => sample.onPlaying(true)}
          onPause={() => sample.onPlaying(false)}
        />
      </div>
    </div>
  );
}

function heading({ voice, state }: Sample): string {
  if (voice === null) return 'Choose a voice to hear it.';
  return state === 'fetching' ? `${voice.name} is about to speak…` : voice.name;
}
