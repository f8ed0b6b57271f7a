import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { personNumber } from '../calls.ts';
import { driftPayload } from '../drift.ts';
import { AGENTS, findAgent, PHONE_NUMBERS } from '../fleet.ts';
import { seededRandom } from '../random.ts';
import type { World } from '../world.ts';
import { conversationPayload } from './conversation.ts';
import { dialHandler } from './dial.ts';
import { invalid, problem } from './errors.ts';
import { recordingOf } from './extra-webhooks.ts';
import { BadQuery, listConversations } from './list.ts';
import { talkPayload } from './talk-payload.ts';
import { previewHandler, soundResponse, speechHandler } from './voices.ts';
import { agentPayload, agentSummary, phoneNumber, SUBSCRIPTION } from './workspace.ts';

/** ElevenLabs' API under `/v1`, as far as the product uses it. Any non-empty `xi-api-key` is accepted. */
export function elevenLabsRoutes(world: World): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  let reads = 0;

  // Before the key check: the ledger shows dials without a key too.
  app.post('/convai/twilio/outbound-call', dialHandler(world));

  // Audio elements send no key.
  app.get('/previews/:file', previewHandler);

  app.use(async (c, next) => {
    if (!c.req.header('xi-api-key')) return problem(c, 401, 'missing_api_key', 'No API key was given.');
    if (c.req.method === 'GET') {
      reads += 1;
      if (world.faults.strikes('readErrors', 'elevenlabs', reads)) {
        return problem(c, 503, 'service_unavailable', 'Temporarily unavailable.');
      }
    }
    return next();
  });

  app.get('/convai/conversations', (c) => {
    try {
      return c.json(listConversations(world, new URL(c.req.url).searchParams));
    } catch (error) {
      if (!(error instanceof BadQuery)) throw error;
      return invalid(c, [{ loc: ['query', error.param], msg: error.message }]);
    }
  });

  app.get('/convai/conversations/:id', (c) => {
    const call = world.exchange.calls.conversation(c.req.param('id'));
    if (call === null) {
      return problem(c, 404, 'conversation_not_found', 'No conversation has this id.', 'conversation_id');
    }
    if (call.kind === 'talk') return c.json(talkPayload(call, Date.now()));
    const isCharged = !world.faults.strikes('chargeMissing', 'read', call.conversationId);
    const payload = conversationPayload(call, { ...world, isCharged }, Date.now());
    const random = seededRandom('drift', world.seed, personNumber(call), call.callsBefore);
    return c.json(call.drifts ? driftPayload(payload, random) : payload);
  });

  app.get('/convai/conversations/:id/audio', (c) => {
    const conversation = world.exchange.calls.conversation(c.req.param('id'));
    const sound = conversation && recordingOf(conversation, world);
    if (sound === null) return problem(c, 404, 'audio_not_found', 'There is no recording of it.');
    return soundResponse(sound);
  });

  app.delete('/convai/conversations/:id', (c) => {
    const conversation = world.exchange.calls.conversation(c.req.param('id'));
    if (conversation === null) {
      return problem(c, 404, 'conversation_not_found', 'No conversation has this id.', 'conversation_id');
    }
    conversation.deleted = true;
    return c.json({});
  });

  app.get('/convai/conversation/get-signed-url', (c) => {
    const agent = findAgent(c.req.query('agent_id') ?? '');
    if (agent === null) return problem(c, 404, 'agent_not_found', 'No agent has this id.', 'agent_id');
    const url = new URL('/v1/convai/conversation', c.req.url);
    url.protocol = 'ws:';
    url.searchParams.set('agent_id', agent.agentId);
    url.searchParams.set('conversation_signature', world.signatures.issue(agent.agentId));
    return c.json({ signed_url: url.toString() });
  });

  app.get('/convai/conversation/token', (c) =>
    problem(c, 501, 'webrtc_not_simulated', 'The simulator has no WebRTC; use a signed URL.'),
  );

  app.get('/convai/analytics/live-count', (c) => {
    const agentId = c.req.query('agent_id');
    const live = world.exchange.calls
      .conversations()
      .filter((call) => call.endedAtMs === null && (agentId === undefined || call.agentId === agentId));
    return c.json({ count: live.length });
  });

  app.post('/text-to-speech/:voice', speechHandler);
  app.post('/text-to-speech/:voice/stream', speechHandler);

  app.get('/convai/agents', (c) => {
    const search = c.req.query('search')?.toLowerCase() ?? '';
    const found = AGENTS.filter(({ name }) => name.toLowerCase().includes(search));
    const start = Number(c.req.query('cursor') ?? 0);
    const end = start + Number(c.req.query('page_size') ?? 30);
    const hasMore = end < found.length;
    const agents = found.slice(start, end).map(agentSummary);
    return c.json({ agents, next_cursor: hasMore ? String(end) : null, has_more: hasMore });
  });

  app.get('/convai/agents/:id', (c) => {
    const agent = findAgent(c.req.param('id'));
    if (agent === null) return problem(c, 404, 'agent_not_found', 'No agent has this id.', 'agent_id');
    return c.json(agentPayload(agent));
  });

  app.get('/convai/phone-numbers', (c) => c.json(PHONE_NUMBERS.map(phoneNumber)));
  app.get('/user/subscription', (c) => c.json(SUBSCRIPTION));
  app.notFound((c) => problem(c, 404, 'not_found', 'Not served by the simulator.'));
  return app;
}
