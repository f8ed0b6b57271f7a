import { PHONE_NUMBERS } from '#simulator/fleet.ts';
import type { Person } from './people.ts';

/** Somebody who is on no list, with a number that is kept for fiction. */
const STRANGERS = ['+13025550143', '+16175550161'];

/**
 * Lets people call in: two of the list, who are recognised, and two strangers, whose calls wait to be given to a lead.
 *
 * @throws Error when the simulated phone network does not take a call
 */
export async function letPeopleCallIn(simulatorUrl: string, people: readonly Person[]): Promise<number> {
  const to = PHONE_NUMBERS.find(({ assignedAgentId }) => assignedAgentId !== null)?.phoneNumber;
  if (to === undefined) throw new Error('No simulated number has an agent that answers.');
  const callers = [...people.slice(0, 2).map(({ phone }) => phone), ...STRANGERS];
  for (const from of callers) {
    const answer = await fetch(`${simulatorUrl}/_sim/calls-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ from, to }),
    });
    if (!answer.ok) throw new Error(`The simulated network did not take a call: ${await answer.text()}`);
  }
  return callers.length;
}
