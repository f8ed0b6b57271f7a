import twilio from 'twilio';
import type RequestClient from 'twilio/lib/base/RequestClient.js';
import { DeadlineError, within } from '../deadline.ts';
import { type Carrier, type CarrierCall, type CarrierCallStatus, ProviderError } from '../ports.ts';

const DEFAULT_TIMEOUT_MS = 15_000;
const PAGE_SIZE = 100;
const MAX_PAGES = 10;

export interface TwilioConfig {
  accountSid: string;
  authToken: string;
  /** Replaces scheme, host and port of every request; a path goes before the request's own. */
  baseUrl?: string;
  /** For one operation as a whole, all its pages included. Default 15 s. */
  requestTimeoutMs?: number;
}

/** The SDK has no option for another address; its HTTP client is the one place through which all requests go. */
class RewritingClient extends twilio.RequestClient {
  readonly #baseUrl: URL;

  constructor(baseUrl: string, timeoutMs: number) {
    super({ timeout: timeoutMs });
    this.#baseUrl = new URL(baseUrl);
  }

  override request<T>(options: RequestClient.RequestOptions<T>) {
    const uri = new URL(options.uri);
    const prefix = this.#baseUrl.pathname.replace(/\/+$/, '');
    return super.request<T>({
      ...options,
      uri: `${this.#baseUrl.origin}${prefix}${uri.pathname}${uri.search}`,
    });
  }
}

/** The carrier below the voice provider, at Twilio, through its SDK. Its number was imported with our account. */
export function createTwilio(config: TwilioConfig): Carrier {
  const timeoutMs = config.requestTimeoutMs ?? DEFAULT_TIMEOUT_MS;
  const client = twilio(config.accountSid, config.authToken, {
    timeout: timeoutMs,
    autoRetry: false,
    ...(config.baseUrl === undefined ? {} : { httpClient: new RewritingClient(config.baseUrl, timeoutMs) }),
  });

  async function getCall(callSid: string): Promise<CarrierCall | null> {
    try {
      return carrierCallOf(await within(timeoutMs, () => client.calls(callSid).fetch()));
    } catch (error) {
      if (statusOf(error) === 404) return null;
      throw providerError('the call', error);
    }
  }

  /**
   * The carrier's list is read without its day filter: that filter looks at the start time, which a call still in
   * the queue has none of, and such a call must not be overlooked. Calls to one number are few.
   */
  async function findCalls(query: { to: string; from?: string; since: Date }): Promise<CarrierCall[]> {
    // Instants come in whole seconds: a call made in the second of `since` belongs to it.
    const sinceMs = Math.floor(query.since.getTime() / 1000) * 1000;
    const filter = {
      to: query.to,
      pageSize: PAGE_SIZE,
      ...(query.from === undefined ? {} : { from: query.from }),
    };
    try {
      return await within(timeoutMs, async (signal) => {
        const found: TwilioCall[] = [];
        let page: CallPage | undefined = await client.calls.page(filter);
        for (let pages = 1; page !== undefined && !signal.aborted; pages += 1) {
          const recent = page.instances.filter((call) => createdAtMs(call) >= sinceMs);
          found.push(...recent);
          // Newest first: a page without a recent call ends the search.
          if (recent.length === 0) break;
          if (pages >= MAX_PAGES && page.nextPageUrl)
            throw new Error(`more than ${MAX_PAGES * PAGE_SIZE} calls`);
          page = await page.nextPage();
        }
        return found.sort((a, b) => createdAtMs(b) - createdAtMs(a)).map(carrierCallOf);
      });
    } catch (error) {
      throw providerError('the calls', error);
    }
  }

  return { getCall, findCalls };
}

type TwilioCall = Awaited<ReturnType<ReturnType<ReturnType<typeof twilio>['calls']['get']>['fetch']>>;

/** What is used of the SDK's page: its first and its following pages have different types. */
interface CallPage {
  instances: TwilioCall[];
  nextPageUrl?: string;
  nextPage(): Promise<CallPage> | undefined;
}

/** A call without any readable time counts as new: it must not be overlooked. */
function createdAtMs(call: TwilioCall): number {
  const instant = dateOf(call.dateCreated) ?? dateOf(call.startTime);
  return instant === null ? Number.POSITIVE_INFINITY : instant.getTime();
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

/** The SDK hands back what it could not read as a date. */
function dateOf(value: unknown): Date | null {
  return value instanceof Date && !Number.isNaN(value.getTime()) ? value : null;
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

function statusOf(error: unknown): number | null {
  const { status } = error as { status?: unknown };
  return typeof status === 'number' ? status : null;
}

function providerError(what: string, error: unknown): ProviderError {
  const status = statusOf(error);
  const retryable = status === null || status === 408 || status === 429 || status >= 500;
  const reason = error instanceof DeadlineError || status === null ? messageOf(error) : `status ${status}`;
  // The SDK's errors carry the request, with its credentials: not passed on as the cause.
  return new ProviderError(`reading ${what} failed: ${reason}`, { provider: 'twilio', status, retryable });
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { code?: unknown };
  return error.message || (typeof code === 'string' ? code : error.name);
}
