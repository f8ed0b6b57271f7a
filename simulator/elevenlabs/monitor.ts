import type { WebSocket } from 'ws';
import { z } from 'zod';
import type { SimulatedConversation } from '../calls.ts';
import type { World } from '../world.ts';

const commandSchema = z.discriminatedUnion('command_type', [
  z.looseObject({ command_type: z.literal('end_call') }),
  z.looseObject({
    command_type: z.literal('contextual_update'),
    parameters: z.looseObject({ contextual_update: z.string().min(1).max(10_000) }),
  }),
  z.looseObject({
    command_type: z.literal('transfer_to_number'),
    parameters: z.looseObject({ phone_number: z.string().regex(/^\+[1-9]\d{6,14}$/) }),
  }),
]);

const CHECK_EVERY_MS = 50;

/**
 * Executes an operator's commands on one live conversation, and closes when it ends. The provider does not
 * document its answers to commands: here a valid one gets none, an invalid one gets `error`.
 */
export function monitor(world: World, socket: WebSocket, conversation: SimulatedConversation): void {
  const watch = () => {
    if (conversation.endedAtMs !== null) socket.close(1000, 'The conversation is over.');
    else if (socket.readyState === socket.OPEN) world.timers.after(CHECK_EVERY_MS, watch);
  };
  watch();
  socket.on('error', () => socket.terminate());
  socket.on('message', (data) => {
    const command = commandSchema.safeParse(parse(String(data)));
    if (command.success) {
      execute(world, conversation, command.data);
    } else {
      const event = { code: 1003, error_type: 'invalid_command', message: 'The command cannot be read.' };
      socket.send(JSON.stringify({ type: 'error', error_event: event }));
    }
    if (conversation.endedAtMs !== null) socket.close(1000, 'The conversation is over.');
  });
}

function execute(
  world: World,
  conversation: SimulatedConversation,
  command: z.infer<typeof commandSchema>,
): void {
  const session = conversation.kind === 'talk' ? (world.talks.get(conversation) ?? null) : null;
  switch (command.command_type) {
    case 'end_call':
      if (world.faults.strikes('hangUpIgnored', conversation.conversationId)) return;
      if (conversation.kind === 'call') world.exchange.hangUp(conversation, { by: 'operator' });
      else session?.end('Conversation was ended through the monitor');
      return;
    case 'contextual_update': {
      const text = command.parameters.contextual_update;
      if (conversation.kind === 'call') world.exchange.inform(conversation, text);
      else session?.inform(text);
      return;
    }
    case 'transfer_to_number': {
      const to = command.parameters.phone_number;
      if (conversation.kind === 'call') world.exchange.hangUp(conversation, { by: 'transfer', to });
      else session?.end('transfer_to_number tool was called.');
      return;
    }
  }
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}
