import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { ProviderError } from '#providers/ports.ts';
import { createTwilio } from '#providers/twilio/adapter.ts';
import { closeWires, type Handler, json, type Received, wire } from '../support/provider-wire.ts';

afterEach(closeWires);

describe('Twilio', () => {
  const sid = `AC${'0'.repeat(32)}`;

  function client(server: { url: string }, requestTimeoutMs = 5000) {
    return createTwilio({
      accountSid: sid,
      authToken: 'token',
      baseUrl: `${server.url}/twilio/`,
      requestTimeoutMs,
    });
  }

  function call(change: Record<string, unknown>) {
    return {
      sid: 'CA1',
      status: 'completed',
      to: '+12025550123',
      from: '+12025550100',
      date_created: 'Tue, 10 Mar 2026 12:00:00 +0000',
      start_time: 'Tue, 10 Mar 2026 12:00:01 +0000',
      end_time: 'Tue, 10 Mar 2026 12:01:01 +0000',
      duration: '60',
      answered_by: null,
      ...change,
    };
  }

  it('reads a call at the configured address', async () => {
    const server = await wire((_, response) => json(response, 200, call({ answered_by: 'human' })));
    expect(await client(server).getCall('CA1')).toEqual({
      callSid: 'CA1',
      status: 'completed',
      to: '+12025550123',
      from: '+12025550100',
      startedAt: new Date('2026-03-10T12:00:01Z'),
      endedAt: new Date('2026-03-10T12:01:01Z'),
      durationSeconds: 60,
      answeredBy: 'human',
    });
    expect(server.requests[0]?.path).toBe(`/twilio/2010-04-01/Accounts/${sid}/Calls/CA1.json`);
    expect(server.requests[0]?.headers.authorization).toBe(`Basic ${btoa(`${sid}:token`)}`);
  });

  it('reads a call in the queue, which has no times yet', async () => {
    const queued = call({ status: 'queued', start_time: null, end_time: null, duration: null });
    const server = await wire((_, response) => json(response, 200, queued));
    expect(await client(server).getCall('CA1')).toMatchObject({
      status: 'queued',
      startedAt: null,
      endedAt: null,
      durationSeconds: null,
      answeredBy: null,
    });
  });

  it('knows no call on 404, and throws for the rest', async () => {
    const server = await wire((sent, response) => {
      const status = Number(/CA(\d+)\.json/.exec(sent.path)?.[1]);
      json(response, status, { code: 20404, message: 'no', status });
    });
    expect(await client(server).getCall('CA404')).toBeNull();
    await expect(client(server).getCall('CA401')).rejects.toMatchObject({ status: 401, retryable: false });
    await expect(client(server).getCall('CA503')).rejects.toMatchObject({ status: 503, retryable: true });
    expect(server.requests).toHaveLength(3);
  });

  it('finds calls since the second of the instant, newest first, the queued ones among them', async () => {
    const at = (time: string) => `Tue, 10 Mar 2026 ${time} +0000`;
    const calls = [
      call({ sid: 'CA_same', date_created: at('12:00:00') }),
      call({ sid: 'CA_queued', status: 'queued', date_created: at('12:00:05'), start_time: null }),
      call({ sid: 'CA_before', date_created: at('11:59:59') }),
    ];
    const server = await wire((_, response) => json(response, 200, { calls, next_page_uri: null }));
    const since = new Date('2026-03-10T12:00:00.700Z');
    const found = await client(server).findCalls({ to: '+12025550123', from: '+12025550100', since });
    expect(found.map((item) => item.callSid)).toEqual(['CA_queued', 'CA_same']);
    expect(Object.fromEntries(server.requests[0]?.query ?? [])).toEqual({
      To: '+12025550123',
      From: '+12025550100',
      PageSize: '100',
    });
  });

  it('follows the pages until one holds nothing recent', async () => {
    const path = `/2010-04-01/Accounts/${sid}/Calls.json`;
    const server = await wire((sent, response) => {
      const page = Number(sent.query.get('Page') ?? 0);
      const date = page < 2 ? 'Tue, 10 Mar 2026 12:00:00 +0000' : 'Mon, 09 Mar 2026 12:00:00 +0000';
      json(response, 200, {
        calls: [call({ sid: `CA${page}`, date_created: date })],
        next_page_uri: `${path}?Page=${page + 1}`,
      });
    });
    const found = await client(server).findCalls({
      to: '+12025550123',
      since: new Date('2026-03-10T00:00:00Z'),
    });
    expect(found.map((item) => item.callSid)).toEqual(['CA0', 'CA1']);
    expect(server.requests).toHaveLength(3);
  });

  it('throws rather than claim that there is none when the pages do not end', async () => {
    const server = await wire((_, response) =>
      json(response, 200, {
        calls: [call({})],
        next_page_uri: `/2010-04-01/Accounts/${sid}/Calls.json?Page=1`,
      }),
    );
    const search = client(server).findCalls({ to: '+12025550123', since: new Date('2026-03-01T00:00:00Z') });
    await expect(search).rejects.toThrow(ProviderError);
    expect(server.requests).toHaveLength(10);
  });

  it.each([
    ['no headers', () => undefined],
    ['a stalled body', (_: Received, response: ServerResponse) => void response.writeHead(200).write('{')],
    ['a reset', (_: Received, response: ServerResponse) => void response.destroy()],
    [
      'half of a JSON text',
      (_: Received, response: ServerResponse) => void response.writeHead(200).end('{"cal'),
    ],
  ] as [string, Handler][])('throws on %s, after one request', async (_, handler) => {
    const server = await wire(handler);
    const search = client(server, 300).findCalls({ to: '+12025550123', since: new Date(0) });
    await expect(search).rejects.toMatchObject({ name: 'ProviderError', status: null, retryable: true });
    expect(server.requests).toHaveLength(1);
  });

  it('throws when nothing listens, without the credentials in the error', async () => {
    const server = await wire(() => undefined);
    await server.close();
    const error = await client(server)
      .getCall('CA1')
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'ProviderError', retryable: true });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('token');
  });
});
