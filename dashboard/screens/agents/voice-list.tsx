import { useSearch } from '@tanstack/react-router';
import { Volume2 } from 'lucide-react';
import { useState } from 'react';
import { listVoices, type Voice } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { usePages } from '../../client/pages.ts';
import { useMay } from '../../session/session.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { cn } from '../../ui/cn.ts';
import { MoreButton } from '../../ui/more-button.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { SearchBox } from './search-box.tsx';
import { type Sample, SampleBar, useSample } from './voice-sample.tsx';

const PAGE_SIZE = 30;

/** The agents' voices, each with a sample of a sentence of one's own. */
export function VoiceList() {
  const { q = '' } = useSearch({ from: '/agents' });
  const { operate } = useMay();
  const [words, setWords] = useState('Hello! Do you have a minute to talk about next week?');
  const sample = useSample();
  const query = usePages(
    keys.voices(q),
    (cursor, signal) =>
      listVoices(
        { limit: PAGE_SIZE, ...(q && { search: q }), ...(cursor !== undefined && { cursor }) },
        { signal },
      ),
    ({ voiceId }) => voiceId,
  );
  return (
    <div className="grid gap-4">
      <SearchBox label="Find a voice" />
      <SampleBar sample={sample} words={words} onWords={setWords} />
      <Loaded query={{ ...query, data: query.items }}>
        {(voices) =>
          voices.length === 0 ? (
            <Empty title={q === '' ? 'There are no voices' : 'No voice fits'}>
              Names, descriptions and labels such as accent or age are looked through.
            </Empty>
          ) : (
            <>
              <ul aria-label="Voices" className="grid gap-3 md:grid-cols-2 xl:grid-cols-3">
                {voices.map((voice) => (
                  <VoiceCard
                    key={voice.voiceId}
                    voice={voice}
                    sample={sample}
                    reason={reasonAgainst(operate, words)}
                    onPlay={() => sample.play(voice, words.trim())}
                  />
                ))}
              </ul>
              <MoreButton query={query}>More voices</MoreButton>
            </>
          )
        }
      </Loaded>
    </div>
  );
}

function reasonAgainst(operate: boolean, words: string): string | undefined {
  if (!operate) return 'Your key may not have samples spoken';
  return words.trim() === '' ? 'Say first what is to be spoken' : undefined;
}

interface CardProps {
  voice: Voice;
  sample: Sample;
  /** Why no sample can be played. */
  reason: string | undefined;
  onPlay: () => void;
}

function VoiceCard({ voice, sample, reason, onPlay }: CardProps) {
  const { voiceId, name, category, description, labels } = voice;
  const isChosen = sample.voice?.voiceId === voiceId;
  return (
    <li
      className={cn(
        'flex items-start justify-between gap-3 rounded-lg border bg-panel p-4',
        isChosen && 'border-accent/50',
      )}
    >
      <div className="grid min-w-0 gap-1">
        <div className="flex flex-wrap items-center gap-2">
          <span className="font-semibold">{name}</span>
          {category !== null && <Badge>{category}</Badge>}
          {isChosen && sample.state === 'playing' && <Badge tone="accent">Speaking</Badge>}
        </div>
        {description !== null && <p className="text-muted wrap-anywhere">{description}</p>}
        <p className="text-xs text-muted wrap-anywhere">{Object.values(labels).join(' · ')}</p>
      </div>
      <Button
        icon={<Volume2 />}
        aria-label={`Hear ${name}`}
        title={reason ?? `Hear ${name}`}
        disabled={reason !== undefined}
        busy={isChosen && sample.state === 'fetching'}
        onClick={onPlay}
      >
        Hear
      </Button>
    </li>
  );
}
