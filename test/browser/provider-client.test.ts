// The official browser client in a real Chromium: it holds a talk of texts with an agent as the product's session
// says, and never sees a key. What was said is a call of its own kind afterwards.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { launchChromium } from '#launcher/chromium.ts';
import { AGENTS } from '#simulator/fleet.ts';
import { type Chain, KEY, startChain } from '../support/chain-rig.ts';
import type { PageTalk } from '../support/fixtures/browser-talk.ts';

const [AGENT] = AGENTS;
const AGENT_ID = AGENT?.agentId ?? '';
const OVERRIDES = {
  prompt: 'Speak of nothing but the weather.',
  firstMessage: 'Guten Tag, hier ist die Probe.',
  language: 'de',
  textOnly: true,
};
const WITHIN = { timeout: 20_000, interval: 50 };

let chain: Chain;
let browser: Browser;
let site: { server: Server; url: string };

beforeAll(async () => {
  [chain, browser] = await Promise.all([startChain(), launchChromium()]);
  site = await serveSite(await bundle());
}, 120_000);

afterAll(async () => {
  await browser?.close();
  site?.server.closeAllConnections();
  site?.server.close();
  await chain?.stop();
});

/** The page's script with the client in it. */
async function bundle(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      minify: false,
      lib: {
        entry: join(import.meta.dirname, '..', 'support', 'fixtures', 'browser-talk.ts'),
        formats: ['es'],
        fileName: 'talk',
      },
    },
  });
  const [first] = Array.isArray(built) ? built : [built];
  if (first === undefined || !('output' in first)) throw new Error('The page was not bundled.');
  return first.output[0].code;
}

/** A site of somebody who uses the product: its pages, and a server that has the key. */
async function serveSite(script: string): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => void answer(script, request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function answer(script: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  switch (request.url) {
    case '/':
      response.setHeader('content-type', 'text/html');
      response.end('<!doctype html><title>Talk</title><script type="module" src="/talk.js"></script>');
      return;
    case '/talk.js':
      response.setHeader('content-type', 'text/javascript');
      response.end(script);
      return;
    case '/session': {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
      const session = await chain.call('POST', `/api/agents/${AGENT_ID}/session`, body);
      response.writeHead(session.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(session.body));
      return;
    }
    default:
      response.writeHead(404).end();
  }
}

/** A page that is ready to talk, and everything that went in and out of it. */
async function openPage(): Promise<{ page: Page; wire: string[]; failures: string[] }> {
  const page = await browser.newPage();
  const wire: string[] = [];
  const failures: string[] = [];
  page.on('pageerror', (error) => failures.push(error.message));
  page.on('request', (request) => wire.push(request.url(), JSON.stringify(request.headers())));
  page.on('response', async (response) => wire.push(await response.text().catch(() => '')));
  page.on('websocket', (socket) => {
    wire.push(socket.url());
    socket.on('framesent', ({ payload }) => wire.push(String(payload)));
    socket.on('framereceived', ({ payload }) => wire.push(String(payload)));
  });
  await page.goto(site.url);
  await page.waitForFunction(() => window.talkPage !== undefined);
  return { page, wire, failures };
}

/** Resolves when the agent has said so many things. */
async function agentSpoke(page: Page, times: number): Promise<string[]> {
  return await vi.waitFor(async () => {
    const talk = await page.evaluate(() => window.talkPage.talk());
    const spoken = (talk?.heard ?? []).filter(({ role }) => role === 'agent').map(({ text }) => text);
    expect(spoken, JSON.stringify(talk)).toHaveLength(times);
    return spoken;
  }, WITHIN);
}

interface BrowserCall {
  id: string;
  kind: string;
  campaignId: string | null;
  conversationId: string;
  reach: string;
  transcript: { role: string; text: string }[];
}

test('the official client talks by the overrides of its session, and the talk is kept as a call', async () => {
  const { page, wire, failures } = await openPage();
  const started: PageTalk = await page.evaluate((body) => window.talkPage.start(body), {
    overrides: OVERRIDES,
    label: 'weather',
  });
  expect(started.conversationId).toMatch(/^conv_/);
  expect(await agentSpoke(page, 1)).toEqual([OVERRIDES.firstMessage]);

  await page.evaluate(() => window.talkPage.say('Who are you?'));
  const [, second] = await agentSpoke(page, 2);
  expect(second).toContain(OVERRIDES.prompt);
  await page.evaluate(() => {
    window.talkPage.inform('The person has just opened the price list.');
    window.talkPage.say('How much does it cost?');
  });
  const spoken = await agentSpoke(page, 3);
  expect(spoken[2]).toContain('opened the price list');
  await page.evaluate(() => window.talkPage.end());
  const ended = await page.evaluate(() => window.talkPage.talk());
  expect(ended).toMatchObject({ ended: 'user', errors: [] });
  expect(failures).toEqual([]);

  const sent = wire.filter((text) => text.includes('conversation_config_override'));
  expect(sent.some((text) => text.includes('"language":"de"'))).toBe(true);
  // Neither the product's key nor the provider's.
  expect(wire.filter((text) => text.includes(KEY) || /xi-api-key/i.test(text))).toEqual([]);
  await page.close();

  const path = `/api/sessions/${started.sessionId}/conversation`;
  const tied = await chain.call<{ label: string; agentId: string }>('POST', path, {
    conversationId: started.conversationId,
  });
  expect(tied).toMatchObject({ status: 200, body: { label: 'weather', agentId: AGENT_ID } });
  const call = await vi.waitFor(async () => {
    const { body } = await chain.call<{ items: BrowserCall[] }>('GET', '/api/calls?limit=200');
    const found = body.items.find(({ conversationId }) => conversationId === started.conversationId);
    expect(found?.reach).toBe('answered');
    return (await chain.call<BrowserCall>('GET', `/api/calls/${found?.id}`)).body;
  }, WITHIN);
  expect(call).toMatchObject({ kind: 'browser', campaignId: null });
  expect(call.transcript.map(({ role, text }) => [role, text])).toEqual([
    ['agent', OVERRIDES.firstMessage],
    ['user', 'Who are you?'],
    ['agent', spoken[1]],
    ['user', 'How much does it cost?'],
    ['agent', spoken[2]],
  ]);
});

test('a session that the product refuses does not begin', async () => {
  const { page, failures } = await openPage();
  const refusal = await page.evaluate(
    (body) =>
      window.talkPage.start(body).then(
        () => null,
        (error: Error) => error.message,
      ),
    { overrides: { voice: { speed: 9 } } },
  );
  expect(refusal).toBe('The session was answered with 422.');
  expect(failures).toEqual([]);
  await page.close();
});
