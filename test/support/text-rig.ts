import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TwilioParams, twilioParamsOf, verifyTwilioSignature } from '#providers/twilio/webhook.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '#simulator/server.ts';
import { ACCOUNT_SID } from './simulator-clients.ts';

/** The token that the SDKs of the tests are given, too. */
const AUTH_TOKEN = 'token';
/** What is signed; the simulator brings its requests to the receiver. */
const PUBLIC_URL = 'https://calls.example.com';
/** Two of the simulated account's numbers. */
export const OWN_NUMBER = '+12125550190';
export const OTHER_OWN_NUMBER = '+14155550191';

/** One request about a text, as it came. */
export interface ReceivedForm {
  path: string;
  params: TwilioParams;
  idempotencyToken: string | undefined;
  genuine: boolean;
}

/** A simulator whose texts and delivery reports go to a receiver that keeps them. */
export interface TextRig {
  simulator: Simulator;
  received: ReceivedForm[];
  /** For `StatusCallback`. */
  statusUrl: string;
  /** What to answer to texts, in turn; 204 when none is left. `cut` closes the connection without an answer. */
  answers: Array<string | 'cut'>;
  stop(): Promise<void>;
}

/** Starts both on free ports of the loopback interface. */
export async function startTextRig(
  options: Partial<SimulatorOptions> = {},
  texting: { advancedOptOut?: boolean; textsBack?: number } = {},
): Promise<TextRig> {
  const received: ReceivedForm[] = [];
  const answers: Array<string | 'cut'> = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const params = twilioParamsOf(Buffer.concat(chunks).toString());
      const { 'x-twilio-signature': signature, 'i-twilio-idempotency-token': token } = request.headers;
      const check = {
        authToken: AUTH_TOKEN,
        signature: oneOf(signature),
        url: `${PUBLIC_URL}${request.url}`,
        params,
      };
      received.push({
        path: request.url ?? '',
        params,
        idempotencyToken: oneOf(token),
        genuine: verifyTwilioSignature(check),
      });
      const answer = request.url === '/sms' ? answers.shift() : undefined;
      if (answer === 'cut') request.socket.destroy();
      else if (answer === undefined) response.writeHead(204).end();
      else response.writeHead(200, { 'content-type': 'text/xml' }).end(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const simulator = await startSimulator({
    seed: 7,
    speed: 1000,
    texting: {
      smsUrl: `${PUBLIC_URL}/sms`,
      route: { from: PUBLIC_URL, to: url },
      authToken: AUTH_TOKEN,
      accountSid: ACCOUNT_SID,
      ...texting,
    },
    ...options,
  });
  return {
    simulator,
    received,
    answers,
    statusUrl: `${PUBLIC_URL}/status`,
    stop: async () => {
      await simulator.stop();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function oneOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
