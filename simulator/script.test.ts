import { describe, expect, test } from 'vitest';
import { judgeDisposition } from '#domain/disposition.ts';
import type { SimulatedCall } from './calls.ts';
import { AGENTS } from './fleet.ts';
import { openEntry } from './ledger.ts';
import { type CallPlan, PROFILES, type Profile } from './people.ts';
import { composeConversation } from './script.ts';

const STARTED_AT = Date.UTC(2026, 10, 21, 15, 0, 0);
const world = { seed: 7, speed: 1 };

function call(plan: Partial<CallPlan>, changes: Partial<SimulatedCall> = {}): SimulatedCall {
  return {
    kind: 'call',
    index: 0,
    direction: 'outbound',
    conversationId: 'conv_1',
    callSid: 'CA1',
    attemptId: 'lead.1',
    userId: 'lead.1',
    agentId: AGENTS[0]?.agentId ?? '',
    phoneNumberId: 'phnum_sim_us_east',
    from: '+12125550190',
    to: '+12125550100',
    clientData: {},
    variables: { name: 'Ann Example' },
    callsBefore: 0,
    plan: { profile: 'converts', reach: 'answered', ringSeconds: 10, talkSeconds: 120, cut: false, ...plan },
    drifts: false,
    startedAtMs: STARTED_AT,
    answeredAtMs: STARTED_AT + 10_000,
    endedAtMs: STARTED_AT + 130_000,
    settledAtMs: STARTED_AT + 133_000,
    listedFromMs: STARTED_AT,
    contexts: [],
    hungUp: null,
    deleted: false,
    entry: {
      ...openEntry({
        attemptId: 'lead.1',
        to: '+12125550100',
        fromNumberId: 'phnum_sim_us_east',
        agentId: '',
      }),
      accepted: true,
      answer: 'placed',
    },
    ...changes,
  };
}

describe('composeConversation', () => {
  test('is the same at every read', () => {
    expect(composeConversation(call({}), world)).toEqual(composeConversation(call({}), world));
  });

  test('varies from person to person', () => {
    const texts = Array.from({ length: 20 }, (_, index) =>
      composeConversation(call({}, { to: `+121255501${20 + index}` }), world)
        .turns.map(({ text }) => text)
        .join('\n'),
    );
    expect(new Set(texts).size).toBeGreaterThan(15);
  });

  test.each(PROFILES)('%s: turns are in order, inside the call, with every placeholder filled', (profile) => {
    for (let index = 20; index < 60; index += 1) {
      const { turns } = composeConversation(call({ profile }, { to: `+121255501${index}` }), world);
      const times = turns.map(({ atSeconds }) => atSeconds);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect(Math.max(0, ...times)).toBeLessThanOrEqual(120);
      for (const { text } of turns) expect(text).not.toMatch(/[{}]|undefined/);
    }
  });

  test.each<[Profile, string]>([
    ['converts', 'converted'],
    ['qualifies', 'qualified'],
    ['asks_callback', 'callback_requested'],
    ['not_interested', 'not_interested'],
    ['opts_out', 'opted_out'],
    ['wrong_person', 'wrong_person'],
    ['hangs_up', 'none'],
    ['long_call', 'qualified'],
  ])('the product reads %s as %s', (profile, disposition) => {
    for (let index = 20; index < 60; index += 1) {
      const { turns, verdict, collected } = composeConversation(
        call({ profile }, { to: `+121255501${index}` }),
        world,
      );
      const transcript = turns.map(({ role, text, atSeconds }) => ({ role, text, atSeconds }));
      const facts = { converted: verdict === 'success', dataCollection: collected, transcript };
      expect(judgeDisposition(facts)).toBe(disposition);
    }
  });

  test('a callback comes after the call, and sooner at a higher speed', () => {
    const at = (speed: number) => {
      const { collected } = composeConversation(call({ profile: 'asks_callback' }), { seed: 7, speed });
      return Date.parse(collected.callback_at ?? '') - STARTED_AT;
    };
    expect(at(1)).toBeGreaterThanOrEqual((130 + 600) * 1000);
    expect(at(1)).toBeLessThanOrEqual((130 + 3600) * 1000 + 1000);
    expect(at(60)).toBeLessThanOrEqual(at(1) / 60 + 1000);
    expect(at(60)).toBeGreaterThan(130_000 / 60);
  });

  test('a call that was cut books nothing', () => {
    const { verdict, collected, tool } = composeConversation(call({ cut: true }), world);
    expect({ verdict, meeting: collected.meeting_time, tool }).toEqual({
      verdict: 'unknown',
      meeting: null,
      tool: null,
    });
  });

  test('begins with the first message of the dial', () => {
    const clientData = { conversation_config_override: { agent: { first_message: 'Good evening {name}!' } } };
    expect(composeConversation(call({}, { clientData }), world).turns[0]).toMatchObject({
      text: 'Good evening Ann!',
    });
  });
});
