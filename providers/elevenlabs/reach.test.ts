import { describe, expect, it } from 'vitest';
import { normaliseConversation } from './normalise.ts';

describe('reach', () => {
  /** An ended conversation without a call result, a transcript or a reason. */
  function bare(change: Record<string, unknown>, metadata: Record<string, unknown> = {}) {
    return normaliseConversation({ conversation_id: 'c', status: 'done', metadata, ...change }).reach;
  }
  const userTurn = { role: 'user', message: 'Hello?' };
  const agentTurn = { role: 'agent', message: 'Good morning.' };
  const voicemailTurn = {
    role: 'agent',
    message: null,
    tool_calls: [{ tool_name: 'voicemail_detection', request_id: 'r', tool_has_been_called: true }],
  };

  it.each(['answered', 'voicemail', 'busy', 'no_answer', 'failed'])('takes the call result %s', (result) => {
    const metadata = { phone_call: { call_result: result } };
    expect(bare({}, metadata)).toBe(result);
    expect(bare({ status: 'failed' }, metadata)).toBe(result);
  });

  it.each([
    ['the termination reason', {}, { termination_reason: 'voicemail_detection tool was called.' }],
    ['the features used', {}, { features_usage: { voicemail_detection: { enabled: true, used: true } } }],
    ['the tool call', { transcript: [userTurn, voicemailTurn] }, {}],
  ])('knows voicemail by %s, though the line was answered', (_, change, metadata) => {
    expect(bare(change, { ...metadata, phone_call: { call_result: 'answered' } })).toBe('voicemail');
  });

  it('does not take a failed or merely enabled detection for voicemail', () => {
    const failed = { ...voicemailTurn, tool_results: [{ request_id: 'r', is_error: true }] };
    expect(bare({ transcript: [failed, userTurn] })).toBe('answered');
    expect(
      bare({ transcript: [userTurn] }, { features_usage: { voicemail_detection: { enabled: true } } }),
    ).toBe('answered');
  });

  it('decides by the transcript without a call result', () => {
    expect(bare({ transcript: [agentTurn, userTurn] })).toBe('answered');
    expect(bare({ status: 'failed', transcript: [agentTurn, userTurn] })).toBe('answered');
    expect(bare({ transcript: [agentTurn] })).toBe('answered');
    expect(bare({ status: 'failed', transcript: [agentTurn, { role: 'user', message: '...' }] })).toBe(
      'failed',
    );
    expect(bare({ status: 'failed', transcript: [] })).toBe('failed');
  });

  it('decides by the words of the end when nobody spoke', () => {
    expect(bare({ status: 'failed' }, { termination_reason: 'User busy' })).toBe('busy');
    expect(bare({ status: 'failed' }, { error: { code: 1, reason: 'no-answer' } })).toBe('no_answer');
    expect(bare({ status: 'failed' }, { error: { code: 1, reason: 'system_busy' } })).toBe('failed');
  });

  it('claims nothing that the payload does not settle', () => {
    expect(bare({})).toBeNull();
    expect(bare({ transcript: [] }, { call_duration_secs: 0 })).toBe('no_answer');
    expect(bare({ transcript: [] }, { call_duration_secs: 3 })).toBe('answered');
  });
});
