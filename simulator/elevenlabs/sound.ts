import { seededRandom } from '../random.ts';

/** Samples per second on a conversation's socket (`pcm_16000`). */
export const SOCKET_RATE = 16_000;
const RECORDING_RATE = 8_000;
const LONGEST_RECORDING_SECONDS = 900;
const LONGEST_SPEECH_SECONDS = 12;
const SECONDS_PER_CHARACTER = 0.06;
const FULL_SCALE = 0x7fff;

export function speechSeconds(text: string): number {
  return Math.min(Math.max(text.length * SECONDS_PER_CHARACTER, 0.4), LONGEST_SPEECH_SECONDS);
}

/** A text as a hum in the rhythm of syllables, deterministic: little-endian 16-bit mono samples. */
export function hum(
  text: string,
  options: { pitchHz: number; sampleRate: number; seconds?: number },
): Buffer {
  const { pitchHz, sampleRate, seconds = speechSeconds(text) } = options;
  const random = seededRandom('hum', text, pitchHz);
  const bends = Array.from({ length: 16 }, () => 0.9 + random() * 0.25);
  const samples = Math.round(seconds * sampleRate);
  const pcm = Buffer.alloc(samples * 2);
  let phase = 0;
  for (let index = 0; index < samples; index += 1) {
    const at = index / sampleRate;
    // Five syllables a second, each with its own pitch and a rise and fall of loudness.
    const syllable = at * 5;
    const bend = bends[Math.floor(syllable) % bends.length] ?? 1;
    phase += (2 * Math.PI * pitchHz * bend) / sampleRate;
    const loudness = 0.3 * Math.sin(Math.PI * (syllable % 1)) ** 2;
    const sample = Math.sin(phase) * 0.7 + Math.sin(phase * 2) * 0.3;
    pcm.writeInt16LE(Math.round(sample * loudness * FULL_SCALE), index * 2);
  }
  return pcm;
}

/**
 * A conversation's recording: a low hum for the agent, a high one for the person; 8-bit mono WAV at 8 kHz, 15
 * minutes at most.
 */
export function recording(
  turns: ReadonlyArray<{ role: 'agent' | 'user'; atSeconds: number; text: string }>,
  lengthSeconds: number,
): Buffer {
  const length = Math.min(Math.max(lengthSeconds, 1), LONGEST_RECORDING_SECONDS);
  const samples = Buffer.alloc(length * RECORDING_RATE, 0x80);
  for (const [index, turn] of turns.entries()) {
    const untilSeconds = Math.min(turns[index + 1]?.atSeconds ?? length, length);
    const seconds = Math.min(speechSeconds(turn.text), untilSeconds - turn.atSeconds);
    if (seconds <= 0) continue;
    const pitchHz = turn.role === 'agent' ? 140 : 220;
    const speech = hum(turn.text, { pitchHz, sampleRate: RECORDING_RATE, seconds });
    const start = Math.round(turn.atSeconds * RECORDING_RATE);
    for (let place = 0; place * 2 < speech.length && start + place < samples.length; place += 1) {
      samples[start + place] = (speech.readInt16LE(place * 2) >> 8) + 0x80;
    }
  }
  return wav(samples, { sampleRate: RECORDING_RATE, bitsPerSample: 8 });
}

export function wav(samples: Buffer, format: { sampleRate: number; bitsPerSample: 8 | 16 }): Buffer {
  const bytesPerSample = format.bitsPerSample / 8;
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + samples.length, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(format.sampleRate, 24);
  header.writeUInt32LE(format.sampleRate * bytesPerSample, 28);
  header.writeUInt16LE(bytesPerSample, 32);
  header.writeUInt16LE(format.bitsPerSample, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(samples.length, 40);
  return Buffer.concat([header, samples]);
}
