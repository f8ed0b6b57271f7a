/** An agent, or one named version of it. */
export interface ChosenSide {
  agentId: string;
  label: string | null;
}

/** In the form of the API and the URL: `agentId` or `agentId:label`. Null without an agent. */
export function readSide(text: string | undefined): ChosenSide | null {
  if (text === undefined) return null;
  const at = text.indexOf(':');
  const agentId = at === -1 ? text : text.slice(0, at);
  const label = at === -1 ? null : text.slice(at + 1);
  return agentId === '' || label === '' ? null : { agentId, label };
}

export function writeSide({ agentId, label }: ChosenSide): string {
  return label === null ? agentId : `${agentId}:${label}`;
}

/** From the start of the first day to the end of the last, in the viewer's zone. */
export function readPeriod({ from, to }: { from?: string; to?: string }): { $from?: string; to?: string } {
  const start = from === undefined ? null : new Date(`${from}T00:00:00`);
  const end = to === undefined ? null : new Date(`${to}T00:00:00`);
  end?.setDate(end.getDate() + 1);
  return {
    ...(start !== null && { $from: start.toISOString() }),
    ...(end !== null && { to: end.toISOString() }),
  };
}
