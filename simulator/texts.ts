import { SegmentedMessage } from 'sms-segments-calculator';
import { personNumber, type SimulatedCall } from './calls.ts';
import type { Faults } from './faults.ts';
import { PHONE_NUMBERS } from './fleet.ts';
import type { Ledger, LedgerText } from './ledger.ts';
import { between, digest, seededRandom } from './random.ts';
import { type TextFate, textAfterCall, textFate } from './texters.ts';
import type { Timers } from './timers.ts';
import { confirmationOf, OptOuts, optOutWord } from './twilio/opt-out.ts';
import { receivedParams, reportParams, type SimulatedText, type TextStatus } from './twilio/text-params.ts';
import { TextWebhooks } from './twilio/text-webhooks.ts';
import { messagesOfTwiml } from './twilio/twiml.ts';

/** Where received texts go, and for which account. */
export interface TextingTarget {
  /** The public address, which the signature covers. */
  smsUrl: string;
  /** Requests to addresses that begin with `from` go to `to` instead, still signed for `from`. */
  route?: { from: string; to: string };
  authToken: string;
  accountSid: string;
  /**
   * Puts the carrier's reading of a text into `OptOutType`, as a messaging service with Advanced Opt-Out
   * does.
   */
  advancedOptOut?: boolean;
  /** Share of people without a sentinel who text after a call, 0 to 1; default 0.05. */
  textsBack?: number;
}

export interface TextOrder {
  accountSid: string;
  /** Signs the delivery reports when there is no target. */
  authToken: string;
  messagingServiceSid: string | null;
  direction: 'outbound-api' | 'outbound-reply';
  from: string;
  to: string;
  body: string;
  media: string[];
  statusCallback: string | null;
  entry: LedgerText;
}

const DEFAULT_TEXTS_BACK = 0.05;
/** Real-life seconds before a person texts after a call. */
const TEXTS_BACK_AFTER_SECONDS = [20, 120] as const;

/** The carrier's side of texting: takes texts, delivers them, and hands over what people write. */
export class Texts {
  readonly optOuts = new OptOuts();
  readonly #seed: number;
  readonly #speed: number;
  readonly #timers: Timers;
  readonly #ledger: Ledger;
  readonly #webhooks: TextWebhooks;
  readonly #texts: SimulatedText[] = [];
  readonly #bySid = new Map<string, SimulatedText>();
  readonly #countByPerson = new Map<string, number>();
  #target: TextingTarget | null;

  constructor(parts: {
    seed: number;
    speed: number;
    timers: Timers;
    faults: Faults;
    ledger: Ledger;
    target: TextingTarget | null;
  }) {
    this.#seed = parts.seed;
    this.#speed = parts.speed;
    this.#timers = parts.timers;
    this.#ledger = parts.ledger;
    this.#webhooks = new TextWebhooks(parts);
    this.#target = null;
    this.setTarget(parts.target);
  }

  /** Oldest first. */
  get all(): readonly SimulatedText[] {
    return this.#texts;
  }

  sid(messageSid: string): SimulatedText | null {
    return this.#bySid.get(messageSid) ?? null;
  }

  setTarget(target: TextingTarget | null): void {
    this.#target = target;
    this.#webhooks.setRoute(target?.route ?? null);
  }

  /** Aborts what is in flight. */
  stop(): void {
    this.#webhooks.stop();
  }

  /** Delivery happens in the background. */
  send(order: TextOrder): SimulatedText {
    const { statusCallback, authToken, ...kept } = order;
    const nth = this.#count(order.to);
    const text = this.#add({
      ...kept,
      messageSid: this.#newSid(order.to, nth),
      status: order.messagingServiceSid === null ? 'queued' : 'accepted',
    });
    order.entry.accepted = true;
    const fate = textFate(this.#seed, order.to, nth);
    const report = { url: statusCallback ?? '', authToken: this.#target?.authToken ?? authToken };
    void this.#deliver(text, fate, statusCallback === null ? null : report);
    return text;
  }

  /**
   * A person texts one of our numbers. Resolves with the product's answer and the texts it sent in its
   * answer. Without a target the text is only entered in the ledger.
   */
  async receive(message: { from: string; to: string; body: string; media?: string[] }): Promise<{
    messageSid: string;
    status: number | null;
    replies: string[];
  }> {
    const { from, to, body, media = [] } = message;
    const nth = this.#count(from);
    const entry = openText({ direction: 'inbound', by: 'person', from, to, body, media });
    Object.assign(entry, { accepted: true, answer: 'placed' });
    this.#ledger.addText(entry);
    const target = this.#target;
    const text = this.#add({
      accountSid: target?.accountSid ?? '',
      messagingServiceSid: null,
      messageSid: this.#newSid(from, nth),
      direction: 'inbound',
      status: 'received',
      ...{ from, to, body, media, entry },
    });
    const word = optOutWord(body);
    const pair = { own: to, person: from };
    if (word !== null) {
      this.optOuts.apply(word, pair);
      this.#confirm(pair, confirmationOf(word));
    }
    if (target === null) return { messageSid: text.messageSid, status: null, replies: [] };
    const answer = await this.#webhooks.send({
      kind: 'text',
      url: target.smsUrl,
      authToken: target.authToken,
      params: receivedParams(text, target.advancedOptOut === true ? word : null),
      entry,
      place: [from, nth],
    });
    const replies = answer?.status === 200 ? messagesOfTwiml(answer.body) : [];
    for (const reply of replies) this.#reply(text, reply, target);
    return { messageSid: text.messageSid, status: answer?.status ?? null, replies };
  }

  /** Some people text after a call, if texting has a target. */
  afterCall(call: SimulatedCall): void {
    const target = this.#target;
    if (target === null || call.direction !== 'outbound') return;
    const person = personNumber(call);
    const { callsBefore, plan } = call;
    const share = target.textsBack ?? DEFAULT_TEXTS_BACK;
    const body = textAfterCall(this.#seed, { person, callsBefore, reach: plan.reach }, share);
    if (body === null) return;
    const [low, high] = TEXTS_BACK_AFTER_SECONDS;
    const seconds = between(seededRandom('textsBackAfter', this.#seed, person, callsBefore), low, high);
    this.#timers.after((seconds * 1000) / this.#speed, () => {
      void this.receive({ from: person, to: call.from, body });
    });
  }

  async #deliver(
    text: SimulatedText,
    fate: TextFate,
    report: { url: string; authToken: string } | null,
  ): Promise<void> {
    const steps: Array<[TextStatus, number]> =
      fate.status === 'failed'
        ? [['failed', fate.sendSeconds]]
        : [
            ['sent', fate.sendSeconds],
            [fate.status, fate.deliverySeconds],
          ];
    for (const [status, seconds] of steps) {
      await this.#timers.sleep((seconds * 1000) / this.#speed);
      const now = Date.now();
      const errorCode = status === fate.status ? fate.errorCode : null;
      Object.assign(text, { status, errorCode, updatedAtMs: now });
      if (status === 'sent') text.sentAtMs = now;
      Object.assign(text.entry, { status, errorCode });
      if (report === null) continue;
      const place = [text.to, text.messageSid, status];
      const params = reportParams(text);
      // Not awaited: at Twilio, too, one report may overtake another.
      void this.#webhooks.send({ kind: 'status', ...report, params, entry: text.entry, place });
    }
  }

  /** Sends the text that a TwiML answer asks for, unless the person has opted out. */
  #reply(received: SimulatedText, body: string, target: TextingTarget): void {
    const { from: person, to: own } = received;
    const entry = openText({ direction: 'outbound', by: 'reply', from: own, to: person, body, media: [] });
    this.#ledger.addText(entry);
    if (this.optOuts.has({ own, person })) {
      entry.errorCode = 21610;
      return;
    }
    entry.answer = 'placed';
    const { accountSid, authToken } = target;
    const sender = { accountSid, authToken, messagingServiceSid: null, direction: 'outbound-reply' } as const;
    this.send({ ...sender, from: own, to: person, body, media: [], statusCallback: null, entry });
  }

  /** The carrier's own confirmation, which appears in no account's list. */
  #confirm({ own, person }: { own: string; person: string }, body: string): void {
    const entry = openText({ direction: 'outbound', by: 'carrier', from: own, to: person, body, media: [] });
    Object.assign(entry, { accepted: true, answer: 'placed', status: 'delivered' });
    this.#ledger.addText(entry);
  }

  #add(
    text: Omit<SimulatedText, 'segments' | 'errorCode' | 'createdAtMs' | 'sentAtMs' | 'updatedAtMs'>,
  ): SimulatedText {
    const now = Date.now();
    const sentAtMs = text.direction === 'inbound' ? now : null;
    const segments = segmentsOf(text.body);
    const added = { ...text, segments, errorCode: null, createdAtMs: now, sentAtMs, updatedAtMs: now };
    this.#texts.push(added);
    this.#bySid.set(added.messageSid, added);
    Object.assign(added.entry, { messageSid: added.messageSid, status: added.status });
    return added;
  }

  /** Earlier texts with this person, both ways. */
  #count(person: string): number {
    const nth = this.#countByPerson.get(person) ?? 0;
    this.#countByPerson.set(person, nth + 1);
    return nth;
  }

  #newSid(person: string, nth: number): string {
    return `SM${digest('text', this.#seed, person, nth).slice(0, 32)}`;
  }
}

/** The entry of a text before any outcome. */
export function openText(
  text: Pick<LedgerText, 'direction' | 'by' | 'from' | 'to' | 'body' | 'media'>,
): LedgerText {
  return {
    ...text,
    receivedAt: new Date().toISOString(),
    accepted: false,
    answer: 'refused',
    errorCode: null,
    messageSid: null,
    status: null,
    webhooks: [],
  };
}

/** The sender that a messaging service picks: one of the person's country, otherwise the first. */
export function senderFor(person: string): string {
  const prefix = person.slice(0, 2);
  const numbers = PHONE_NUMBERS.map(({ phoneNumber }) => phoneNumber);
  return numbers.find((number) => number.startsWith(prefix)) ?? numbers[0] ?? '';
}

function segmentsOf(body: string): number {
  return Math.max(new SegmentedMessage(body).segmentsCount, 1);
}
