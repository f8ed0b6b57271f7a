import { createRoute } from '@hono/zod-openapi';
import { v7 as uuid } from 'uuid';
import { findCall } from '#db/queries/calls.ts';
import type { CallOverrides } from '#domain/single-call.ts';
import { forbiddenOverrides } from '#services/agents/overrides.ts';
import { heldProblem, passSingleCallGate } from '#services/calls/single-call-gate.ts';
import { withdrawSingleCall } from '#services/calls/single-call-rows.ts';
import { type FieldError, invalid, reachable } from '#services/errors.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { Problem } from '../../http/errors.ts';
import { Call, toCall } from '../../schemas/call.ts';
import { bodyProblems, json, problems } from '../../schemas/problem.ts';
import { CallPlace } from '../../schemas/single-call.ts';

const route = createRoute({
  method: 'post',
  path: '/api/calls',
  operationId: 'placeCall',
  tags: ['calls'],
  summary:
    'Place one call outside of campaigns, through the same gate; refused, not queued, while any rule holds it',
  description:
    'A 409 names in `errors` every rule that holds, with the time until which it does, and says in Retry-After when ' +
    'all of them will have passed; without that header one is for good. Hours, holidays and caps are those of the ' +
    'workspace, whatever campaigns say. A dial that is throttled or refused ends as not_placed and is not repeated.',
  ...access('operator'),
  request: { body: { required: true, content: { 'application/json': { schema: CallPlace } } } },
  responses: {
    202: json('It is being placed; what becomes of it is told by the call', Call),
    ...bodyProblems,
    ...problems(502),
  },
});

export function placeCall(app: Api, context: ApiContext): void {
  app.openapi(route, async (c) => {
    const { agentId, phoneNumberId, to, variables = {}, overrides = {}, consent } = c.req.valid('json');
    const wrong = await wrongAtProvider(context, { agentId, phoneNumberId, to, overrides });
    if (wrong.length > 0) throw invalid(wrong);
    const actor = c.get('actor');
    const id = uuid();
    const call = { id, phone: to, agentId, phoneNumberId, variables, overrides };
    const holds = await passSingleCallGate(
      context,
      { ...call, consent: consent ?? null, actor: actor.id },
      actor,
    );
    if (holds.length > 0) throw heldProblem(holds, await context.now());
    await start(context, id);
    const placed = await findCall(context.db, id);
    if (placed === null) throw new Error('The call is gone.');
    return c.json(toCall(placed), 202, { location: `/api/calls/${id}` });
  });
}

/** What the provider knows to be impossible, and would fail the call for. @throws Problem 502 */
async function wrongAtProvider(
  { voice }: ApiContext,
  {
    agentId,
    phoneNumberId,
    to,
    overrides,
  }: { agentId: string; phoneNumberId: string; to: string; overrides: CallOverrides },
): Promise<FieldError[]> {
  const [agent, numbers] = await reachable(() =>
    Promise.all([voice.getAgent(agentId), voice.listPhoneNumbers()]),
  );
  const number = numbers.find((each) => each.phoneNumberId === phoneNumberId);
  return [
    ...(agent === null ? [{ path: 'agentId', message: 'is no agent of the voice provider' }] : []),
    ...(number === undefined
      ? [{ path: 'phoneNumberId', message: 'is no phone number of the voice provider' }]
      : []),
    ...(number?.supportsOutbound === false
      ? [
          {
            path: 'phoneNumberId',
            message: 'cannot place calls: the voice provider takes only calls in on it',
          },
        ]
      : []),
    ...(number?.phoneNumber === to ? [{ path: 'to', message: 'is the number that would call' }] : []),
    ...(agent === null ? [] : forbiddenOverrides(overrides, agent.overrides)),
  ];
}

/**
 * Hands the call to its workflow. A Temporal that does not answer is not waited for: the call is taken back, unless
 * it was heard after all and is being dialled. @throws Problem 503
 */
async function start(context: ApiContext, callId: string): Promise<void> {
  const told = await context.workflows.startOneOffCall(callId);
  if (told.kind === 'done') return;
  const failure = 'Temporal did not answer.';
  if (!(await withdrawSingleCall(context.db, { callId, failure, now: await context.now() }))) return;
  throw new Problem('unavailable', `${failure} The call is not placed, and does not wait.`, {
    headers: { 'retry-after': '5' },
  });
}
