import type { WebSocket } from 'ws';
import { findVoice, type SimulatedAgent } from '../fleet.ts';
import { between, digest, type Random, seededRandom } from '../random.ts';
import type { JsonObject, SimulatedTalk, TalkTurn } from '../talks.ts';
import type { World } from '../world.ts';
import { answerTo, inventedSpeech } from './answers.ts';
import { type Initiation, InitiationRefused, readInitiation } from './initiation.ts';
import { hum, SOCKET_RATE, speechSeconds } from './sound.ts';
import { SpeechDetector } from './speech-detector.ts';

/** The official client loses frames that arrive together with the first one. */
const AFTER_METADATA_MS = 25;
const INITIATION_WITHIN_MS = 400;
const PING_EVERY_MS = 2_000;
const ANSWER_AFTER_MS = [30, 120] as const;
const FRAME_SECONDS = 0.25;
const LONGEST_TALK_MS = 600_000;
const LONGEST_MESSAGE = 10_000;

/** One conversation with an agent over its WebSocket. */
export class TalkSession {
  readonly #world: World;
  readonly #socket: WebSocket;
  readonly #agent: SimulatedAgent;
  readonly #authorization: SimulatedTalk['authorization'];
  readonly #random: Random;
  readonly #detector = new SpeechDetector();
  #talk: SimulatedTalk | null = null;
  #prompt: string | null = null;
  #contextsPassedOn = 0;
  #lastEvent = 0;
  #answers = 0;
  /** The agent's sound plays at the other end until then, Unix milliseconds. */
  #speaksUntilMs = 0;

  constructor(
    world: World,
    socket: WebSocket,
    details: { agent: SimulatedAgent; authorization: SimulatedTalk['authorization'] },
  ) {
    this.#world = world;
    this.#socket = socket;
    this.#agent = details.agent;
    this.#authorization = details.authorization;
    this.#random = seededRandom('talk', world.seed, world.exchange.calls.nextIndex);
    socket.on('message', (data, isBinary) => this.#receive(isBinary ? null : parse(String(data))));
    socket.on('close', (code) => this.#over(code));
    socket.on('error', () => socket.terminate());
    world.timers.after(INITIATION_WITHIN_MS, () => this.#begin({}));
    world.timers.after(LONGEST_TALK_MS, () => this.#end('Conversation reached its maximum duration'));
  }

  /** Gives the agent context that the other party does not see. */
  inform(text: string): void {
    this.#talk?.contexts.push({ text: text.slice(0, LONGEST_MESSAGE), atSeconds: this.#elapsed() });
  }

  end(reason: string): void {
    this.#end(reason);
  }

  #begin(message: JsonObject): void {
    if (this.#talk !== null || this.#socket.readyState !== this.#socket.OPEN) return;
    let initiation: Initiation;
    try {
      initiation = readInitiation(this.#agent, message);
    } catch (error) {
      if (!(error instanceof InitiationRefused)) throw error;
      this.#socket.close(1008, error.message.slice(0, 120));
      return;
    }
    const talk = this.#open(initiation);
    this.#talk = talk;
    this.#prompt = initiation.prompt;
    this.#send('conversation_initiation_metadata', 'conversation_initiation_metadata_event', {
      conversation_id: talk.conversationId,
      agent_output_audio_format: `pcm_${SOCKET_RATE}`,
      user_input_audio_format: `pcm_${SOCKET_RATE}`,
    });
    this.#world.timers.after(AFTER_METADATA_MS, () => {
      this.#ping();
      if (initiation.firstMessage !== '') this.#speak(initiation.firstMessage, AFTER_METADATA_MS / 1000);
    });
  }

  #open(initiation: Initiation): SimulatedTalk {
    const { calls } = this.#world.exchange;
    const now = Date.now();
    const { firstMessage: _greeting, prompt: _prompt, ...kept } = initiation;
    const talk: SimulatedTalk = {
      ...kept,
      kind: 'talk',
      index: calls.nextIndex,
      conversationId: `conv_${digest('talk', this.#world.seed, calls.nextIndex).slice(0, 28)}`,
      agentId: this.#agent.agentId,
      authorization: this.#authorization,
      startedAtMs: now,
      endedAtMs: null,
      settledAtMs: null,
      listedFromMs: now + this.#world.faults.options.listingLagMs,
      turns: [],
      contexts: [],
      outcome: { interested: null, meetingAt: null, optedOut: false },
      terminationReason: '',
      feedback: null,
      drifts: false,
      deleted: false,
      entry: { webhooks: [] },
    };
    calls.addTalk(talk);
    this.#world.talks.set(talk, this);
    return talk;
  }

  #receive(message: JsonObject | null): void {
    if (message === null) {
      this.#socket.close(1003, 'Messages are JSON objects.');
      return;
    }
    if (this.#talk === null) {
      this.#begin(message.type === 'conversation_initiation_client_data' ? message : {});
      if (message.type === 'conversation_initiation_client_data') return;
    }
    if (typeof message.user_audio_chunk === 'string') {
      this.#listen(message.user_audio_chunk);
      return;
    }
    switch (message.type) {
      case 'user_message':
        this.#interrupt();
        this.#answer(text(message.text));
        return;
      case 'contextual_update':
        this.inform(text(message.text));
        return;
      case 'feedback':
        if (this.#talk !== null) this.#talk.feedback = message.score === 'like' ? 'like' : 'dislike';
        return;
      case 'pong':
      case 'user_activity':
      case 'client_tool_result':
      case 'conversation_initiation_client_data':
        return;
      default:
        this.#send('error', 'error_event', {
          code: 1003,
          error_type: 'invalid_message',
          message: 'This type of message is not known.',
        });
    }
  }

  #listen(chunk: string): void {
    const speech = this.#detector.take(Buffer.from(chunk, 'base64'));
    if (speech.speaking) this.#interrupt();
    if (!speech.turnOver) return;
    const transcript = inventedSpeech(this.#random);
    this.#send('user_transcript', 'user_transcription_event', {
      user_transcript: transcript,
      event_id: this.#nextEvent(),
    });
    this.#answer(transcript);
  }

  /** Takes effect only while the agent's sound still plays. */
  #interrupt(): void {
    const spoken = this.#talk?.turns.findLast(({ role }) => role === 'agent');
    if (spoken === undefined || Date.now() >= this.#speaksUntilMs) return;
    const left = (this.#speaksUntilMs - Date.now()) / 1000 / speechSeconds(spoken.text);
    const original = spoken.text;
    spoken.text = `${original.slice(0, Math.floor(original.length * (1 - Math.min(left, 1))))}…`;
    spoken.interrupted = true;
    this.#speaksUntilMs = 0;
    this.#send('interruption', 'interruption_event', { event_id: this.#lastEvent });
    this.#send('agent_response_correction', 'agent_response_correction_event', {
      original_agent_response: original,
      corrected_agent_response: spoken.text,
      event_id: this.#lastEvent,
    });
  }

  #answer(utterance: string): void {
    const talk = this.#talk;
    if (talk === null || utterance.trim() === '') return;
    this.#say({ role: 'user', text: utterance.slice(0, LONGEST_MESSAGE), responseSeconds: null });
    this.#answers += 1;
    const thisAnswer = this.#answers;
    const [low, high] = ANSWER_AFTER_MS;
    const delayMs = between(this.#random, low, high);
    this.#world.timers.after(delayMs, () => {
      // A later utterance replaces the answer to this one.
      if (thisAnswer !== this.#answers || talk.endedAtMs !== null) return;
      const newContexts = talk.contexts.slice(this.#contextsPassedOn).map((context) => context.text);
      this.#contextsPassedOn = talk.contexts.length;
      const { text: answer, ends } = answerTo(talk, utterance, {
        random: this.#random,
        now: talk.startedAtMs,
        newContexts,
        prompt: this.#prompt,
      });
      this.#speak(answer, delayMs / 1000);
      if (ends) this.#world.timers.after(AFTER_METADATA_MS, () => this.#end('end_call tool was called.'));
    });
  }

  #speak(words: string, responseSeconds: number): void {
    const talk = this.#talk;
    if (talk === null || this.#socket.readyState !== this.#socket.OPEN) return;
    this.#say({ role: 'agent', text: words, responseSeconds });
    const eventId = this.#nextEvent();
    this.#send('agent_response', 'agent_response_event', { agent_response: words, event_id: eventId });
    if (talk.textOnly) return;
    const pitchHz = findVoice(talk.voiceId)?.pitchHz ?? 200;
    const sound = hum(words, { pitchHz, sampleRate: SOCKET_RATE });
    const frameBytes = FRAME_SECONDS * SOCKET_RATE * 2;
    for (let start = 0; start < sound.length; start += frameBytes) {
      this.#send('audio', 'audio_event', {
        audio_base_64: sound.subarray(start, start + frameBytes).toString('base64'),
        event_id: eventId,
      });
    }
    this.#speaksUntilMs = Date.now() + speechSeconds(words) * 1000;
  }

  #say(turn: Pick<TalkTurn, 'role' | 'text' | 'responseSeconds'>): void {
    this.#talk?.turns.push({ ...turn, atSeconds: this.#elapsed(), interrupted: false });
  }

  #ping(): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#send('ping', 'ping_event', { event_id: this.#nextEvent(), ping_ms: null });
    this.#world.timers.after(PING_EVERY_MS, () => this.#ping());
  }

  #end(reason: string): void {
    if (this.#talk !== null && this.#talk.endedAtMs === null) this.#talk.terminationReason = reason;
    this.#socket.close(1000, reason.slice(0, 120));
  }

  #over(code: number): void {
    const talk = this.#talk;
    if (talk === null || talk.endedAtMs !== null) return;
    talk.endedAtMs = Date.now();
    talk.terminationReason ||=
      code === 1000 || code === 1005 ? 'Client ended the conversation' : 'Connection was lost';
    this.#world.talks.delete(talk);
    const analysisMs = (between(this.#random, 2, 8) * 1000) / this.#world.speed;
    this.#world.timers.after(analysisMs, () => {
      talk.settledAtMs = Date.now();
      void this.#world.webhooks.report(talk);
    });
  }

  #elapsed(): number {
    return Math.floor((Date.now() - (this.#talk?.startedAtMs ?? Date.now())) / 1000);
  }

  #nextEvent(): number {
    this.#lastEvent += 1;
    return this.#lastEvent;
  }

  #send(type: string, key: string, event: JsonObject): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#socket.send(JSON.stringify({ type, [key]: event }));
  }
}

function parse(data: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as JsonObject)
      : null;
  } catch {
    return null;
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
