import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CALL_STATUSES, REACHES } from '#domain/call.ts';
import { normaliseConversation, normaliseInitiationFailure, normaliseListItem } from './normalise.ts';
import { camelCased, conversation } from './whole-conversation.ts';

describe('drift', () => {
  /** Paths of every value in the payload. */
  function pathsOf(value: unknown, path: string[] = []): string[][] {
    if (typeof value !== 'object' || value === null) return [path];
    return [path, ...Object.entries(value).flatMap(([key, item]) => pathsOf(item, [...path, key]))];
  }

  function withValueAt(value: unknown, path: string[], replacement: unknown): unknown {
    const [key, ...rest] = path;
    if (key === undefined) return replacement;
    const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string, unknown>;
    copy[key] = withValueAt(copy[key], rest, replacement);
    return copy;
  }

  const paths = pathsOf(conversation()).filter((path) => path.length > 0 && path[0] !== 'conversation_id');

  function expectSound(facts: ReturnType<typeof normaliseConversation>) {
    expect(CALL_STATUSES).toContain(facts.status);
    expect([null, ...REACHES]).toContain(facts.reach);
    for (const instant of [facts.startedAt, facts.answeredAt, facts.endedAt]) {
      expect(instant === null || !Number.isNaN(instant.getTime())).toBe(true);
    }
    for (const number of [facts.agentNumber, facts.externalNumber]) {
      expect(number === null || /^\+[1-9]\d{4,14}$/.test(number)).toBe(true);
    }
    expect(
      facts.talkSeconds === null || (Number.isInteger(facts.talkSeconds) && facts.talkSeconds >= 0),
    ).toBe(true);
  }

  it('survives any value in any place, in either case', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...paths), fc.jsonValue()), { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        fc.boolean(),
        (changes, camel, final) => {
          let payload: unknown = conversation();
          for (const [path, value] of changes) {
            try {
              payload = withValueAt(payload, path, value);
            } catch {
              // An earlier change left nothing to put this one into.
            }
          }
          const facts = normaliseConversation(camel ? camelCased(payload) : payload, { final });
          expect(facts.conversationId).toBe('conv_1');
          expectSound(facts);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('survives any object that names a conversation', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (extra) => {
        const payload = { ...extra, conversation_id: 'conv_1' };
        expectSound(normaliseConversation(payload));
        expectSound(normaliseInitiationFailure(payload));
        expect(normaliseListItem(payload)?.conversationId).toBe('conv_1');
      }),
    );
  });
});
