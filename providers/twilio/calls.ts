import type { Carrier, CarrierCall, CarrierCallStatus } from '../ports.ts';
import {
  codeOf,
  dateOf,
  newestSince,
  operationWithin,
  type Page,
  pageFilter,
  providerError,
  statusOf,
  type TwilioClient,
} from './client.ts';

/** "Unable to update record. Call is not in-progress": https://www.twilio.com/docs/api/errors/21220 */
const NOT_IN_PROGRESS = 21220;

type TwilioCall = Awaited<ReturnType<ReturnType<TwilioClient['calls']['get']>['fetch']>>;

/** The part of the carrier that is about calls. `timeoutMs` is for one operation as a whole. */
export function callsAt(
  client: TwilioClient,
  timeoutMs: number,
): Pick<Carrier, 'getCall' | 'findCalls' | 'endCall'> {
  async function getCall(callSid: string): Promise<CarrierCall | null> {
    try {
      return carrierCallOf(await operationWithin(timeoutMs, () => client.calls(callSid).fetch()));
    } catch (error) {
      if (statusOf(error) === 404) return null;
      throw providerError('reading the call', error);
    }
  }

  async function findCalls(query: { to: string; from?: string; since: Date }): Promise<CarrierCall[]> {
    try {
      return await operationWithin(timeoutMs, async (signal) => {
        const first: Promise<Page<TwilioCall>> = client.calls.page(pageFilter(query));
        return (await newestSince(first, query.since, signal)).map(carrierCallOf);
      });
    } catch (error) {
      throw providerError('reading the calls', error);
    }
  }

  /** `completed` hangs up a call that rings as well as one under way; doing it twice does no harm. */
  async function endCall(callSid: string): Promise<boolean> {
    try {
      await operationWithin(timeoutMs, () => client.calls(callSid).update({ status: 'completed' }));
      return true;
    } catch (error) {
      if (statusOf(error) === 404 || codeOf(error) === NOT_IN_PROGRESS) return false;
      throw providerError('ending the call', error);
    }
  }

  return { getCall, findCalls, endCall };
}

function carrierCallOf(call: TwilioCall): CarrierCall {
  const durationSeconds = call.duration ? Number(call.duration) : Number.NaN;
  return {
    callSid: call.sid,
    status: carrierStatusOf(call.status),
    to: call.to,
    from: call.from,
    startedAt: dateOf(call.startTime),
    endedAt: dateOf(call.endTime),
    durationSeconds: Number.isFinite(durationSeconds) ? durationSeconds : null,
    answeredBy: call.answeredBy || null,
  };
}

/** A status that we do not know is taken as the one that claims least: the call exists. */
function carrierStatusOf(status: string): CarrierCallStatus {
  switch (status) {
    case 'queued':
    case 'ringing':
    case 'in-progress':
    case 'completed':
    case 'busy':
    case 'failed':
    case 'no-answer':
    case 'canceled':
      return status;
    default:
      return 'queued';
  }
}
