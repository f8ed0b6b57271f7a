import { PHONE_NUMBERS } from '#simulator/fleet.ts';
import type { Person } from './people.ts';

/** On no list; numbers reserved for fiction. */
const STRANGERS = ['+13025550143', '+16175550161'];

/**
 * Two people from the list call in, who are recognised, and two strangers, whose calls stay unattributed.
 *
 * @throws Error when the simulated phone network refuses a call
 */
export async function placeInboundCalls(simulatorUrl: string, people: readonly Person[]): Promise<number> {
  const to = PHONE_NUMBERS.find(({ assignedAgentId }) => assignedAgentId !== null)?.phoneNumber;
  if (to === undefined) throw new Error('No simulated number has an agent that answers.');
  const callers = [...people.slice(0, 2).map(({ phone }) => phone), ...STRANGERS];
  for (const from of callers) {
    const answer = await fetch(`${simulatorUrl}/_sim/calls-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ from, to }),
    });
    if (!answer.ok) throw new Error(`The simulated network refused a call: ${await answer.text()}`);
  }
  return callers.length;
}
