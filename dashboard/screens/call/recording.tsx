import { useEffect, useRef, useState } from 'react';
import type { CallDetail } from '../../client/generated.ts';
import { Card } from '../../ui/card.tsx';
import { Player } from './player.tsx';
import { Transcript } from './transcript.tsx';
import { turnAt } from './turns.ts';
import { useWaveform } from './waveform.ts';

/** The recording and the transcript in step: the current turn is marked, and a chosen turn is played. */
export function Recording({ call }: { call: CallDetail }) {
  const hasAudio = call.status === 'ended' && call.conversationId !== null && call.hasAudio !== false;
  const place = useRef<HTMLDivElement>(null);
  const waveform = useWaveform(place, hasAudio ? `/api/calls/${encodeURIComponent(call.id)}/audio` : null);
  const [turn, setTurn] = useState<number | null>(null);
  const { onTime, isReady } = waveform;
  const turns = call.transcript;
  useEffect(
    () => onTime((seconds) => setTurn(seconds === 0 ? null : turnAt(turns ?? [], seconds))),
    [onTime, turns],
  );
  return (
    <Card title="Recording">
      <div className="grid gap-4">
        {hasAudio ? (
          <Player place={place} waveform={waveform} seconds={call.talkSeconds} />
        ) : (
          <p className="text-muted">
            {call.status === 'ended'
              ? 'There is no recording of this call.'
              : 'It comes when the call is over.'}
          </p>
        )}
        <Transcript
          turns={turns}
          isLive={call.status !== 'ended'}
          current={turn}
          metTurn={call.conversionReason?.turn ?? null}
          onChoose={isReady ? (seconds) => waveform.seek(seconds) : null}
        />
      </div>
    </Card>
  );
}
