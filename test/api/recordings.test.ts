// Recordings: fetched from the provider once, kept, and served whole or in part.
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createElevenLabs } from '#providers/elevenlabs/adapter.ts';
import { hashApiKey } from '#services/access/keys.ts';
import { createRecordings } from '#services/calls/recordings.ts';
import { type ApiRig, startApi } from '../support/api-rig.ts';
import { insertCall } from '../support/api-rows.ts';
import { type Listening, listen } from '../support/listen.ts';

/** The rig's own requests read answers as text. */
const KEY = 'key-of-a-listener';
const SOUND = Buffer.from(Array.from({ length: 5_000 }, (_, index) => index % 251));

describe('through the API', () => {
  let api: ApiRig;
  let provider: Listening;
  let leadId: string;
  let asked: string[];
  let answer: () => Response | Promise<Response>;
  let attempt = 0;

  beforeAll(async () => {
    api = await startApi();
    provider = await listen((request) => {
      asked.push(new URL(request.url).pathname);
      return answer();
    });
    const getAudio = createElevenLabs({ apiKey: 'simulated', baseUrl: provider.url }).getAudio;
    api.context.voice = { ...api.context.voice, getAudio };
    await api.context.db
      .insertInto('api_keys')
      .values({ id: crypto.randomUUID(), name: 'listener', role: 'viewer', key_hash: hashApiKey(KEY) })
      .execute();
    const { id } = (await api.call('POST', '/api/campaigns', { body: { name: 'Spring' } })).body;
    const leads = [{ phone: '+14155550100' }];
    await api.call('POST', `/api/campaigns/${id}/leads`, { body: { leads } });
    leadId = (await api.call('GET', `/api/campaigns/${id}/leads`)).body.items[0].id;
  });
  afterAll(async () => {
    await provider.close();
    await api.stop();
  });
  beforeEach(() => {
    asked = [];
    answer = () => new Response(SOUND, { headers: { 'content-type': 'audio/mpeg' } });
  });

  /** Where the recording of a new call is, and the id of its conversation. */
  async function recorded(call: Parameters<typeof insertCall>[2] = {}): Promise<[path: string, id: string]> {
    attempt += 1;
    const conversationId = `conv_${crypto.randomUUID()}`;
    const ended = { attempt, status: 'ended', reach: 'answered', conversation_id: conversationId } as const;
    const id = await insertCall(api.context.db, leadId, { ...ended, ...call });
    return [`/api/calls/${id}/audio`, conversationId];
  }

  async function bytes(path: string, headers: Record<string, string> = {}, method = 'GET') {
    const authorization = `Bearer ${KEY}`;
    const response = await fetch(api.url + path, { method, headers: { authorization, ...headers } });
    return {
      status: response.status,
      header: (name: string) => response.headers.get(name),
      body: Buffer.from(await response.arrayBuffer()),
    };
  }

  test('it is fetched once, also by several at once, and then served from here', async () => {
    const [path, conversationId] = await recorded();
    const answers = await Promise.all([bytes(path), bytes(path), bytes(path, { range: 'bytes=0-9' })]);
    expect(answers.map(({ status, body }) => [status, body.length])).toEqual([
      [200, 5_000],
      [200, 5_000],
      [206, 10],
    ]);
    expect(answers[0]?.body.equals(SOUND)).toBe(true);
    expect(asked).toEqual([`/v1/convai/conversations/${conversationId}/audio`]);
    answer = () => new Response(null, { status: 500 });
    const later = await bytes(path);
    expect([later.status, later.header('content-type'), later.body.equals(SOUND)]).toEqual([
      200,
      'audio/mpeg',
      true,
    ]);
    expect(asked).toHaveLength(1);
  });

  test('HEAD tells its size; parts are served, and what lies outside is refused', async () => {
    const [path] = await recorded();
    const head = await bytes(path, {}, 'HEAD');
    expect([head.status, head.header('content-length'), head.header('accept-ranges')]).toEqual([
      200,
      '5000',
      'bytes',
    ]);
    expect(head.body).toHaveLength(0);
    const ranges = await Promise.all(
      ['bytes=100-199', 'bytes=4990-', 'bytes=-5', 'bytes=4990-9999'].map(async (range) => {
        const { status, header, body } = await bytes(path, { range });
        return [status, header('content-range'), body];
      }),
    );
    expect(ranges).toEqual([
      [206, 'bytes 100-199/5000', SOUND.subarray(100, 200)],
      [206, 'bytes 4990-4999/5000', SOUND.subarray(4_990)],
      [206, 'bytes 4995-4999/5000', SOUND.subarray(4_995)],
      [206, 'bytes 4990-4999/5000', SOUND.subarray(4_990)],
    ]);
    const outside = await api.call('GET', path, { headers: { range: 'bytes=5000-' } });
    expect([outside.status, outside.body.type, outside.headers.get('content-range')]).toEqual([
      416,
      '/problems/range-not-satisfiable',
      'bytes */5000',
    ]);
  });

  test('what the provider has not is 404, and is asked for again', async () => {
    const [path] = await recorded();
    answer = () => Response.json({ detail: 'none' }, { status: 404 });
    const missing = await api.call('GET', path);
    expect([missing.status, missing.body.type]).toEqual([404, '/problems/not-found']);
    answer = () => new Response(SOUND, { headers: { 'content-type': 'audio/mpeg' } });
    expect((await bytes(path)).status).toBe(200);
  });

  test('where there can be none, nobody is asked', async () => {
    const [silent] = await recorded({ has_audio: false });
    const [unheld] = await recorded({ conversation_id: null });
    for (const path of [silent, unheld]) expect((await api.call('GET', path)).status).toBe(404);
    expect(asked).toEqual([]);
  });

  test.each([
    ['fails', () => new Response(null, { status: 503 })],
    ['refuses us', () => new Response(null, { status: 401 })],
    ['sends no sound', () => Response.json({})],
    ['breaks off', () => cutOff()],
  ])('when the provider %s it is 502, and nothing is kept of it', async (_how, broken) => {
    const [path] = await recorded();
    answer = broken;
    const failed = await api.call('GET', path);
    expect([failed.status, failed.body.type]).toEqual([502, '/problems/provider-unavailable']);
    answer = () => new Response(SOUND, { headers: { 'content-type': 'audio/mpeg' } });
    expect((await bytes(path)).body.equals(SOUND)).toBe(true);
    expect(asked).toHaveLength(2);
  });
});

/** Half a recording, and then the end of the connection. */
function cutOff(): Response {
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(SOUND.subarray(0, 2_500)),
    pull: (controller) => controller.error(new Error('the line went dead')),
  });
  return new Response(body, { headers: { 'content-type': 'audio/mpeg' } });
}

describe('in the cache', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'ringleader-recordings-'));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  const sound = { contentType: 'audio/mpeg', bytes: Buffer.alloc(100) };

  /** Files in order of their use, a minute apart, long ago. */
  async function age(): Promise<void> {
    const minute = 60_000;
    for (const [nth, id] of ['a', 'b', 'c'].entries()) {
      const before = new Set(await readdir(dir));
      await recordings(300).put(id, sound);
      const name = (await readdir(dir)).find((file) => !before.has(file)) ?? '';
      const at = new Date(Date.now() - (10 - nth) * minute);
      await utimes(join(dir, name), at, at);
    }
  }
  const recordings = (maxBytes: number) => createRecordings({ dir, maxBytes });
  const kept = async (...ids: string[]) => {
    const found = await Promise.all(ids.map((id) => recordings(300).open(id)));
    return ids.filter((_, nth) => found[nth] !== null).join('');
  };

  test('what was used longest ago goes first, and listening is use', async () => {
    await age();
    expect(await kept('a')).toBe('a');
    await recordings(300).put('d', sound);
    expect(await kept('a', 'b', 'c', 'd')).toBe('acd');
  });

  test('the newest stays, however large', async () => {
    await age();
    await recordings(300).put('large', { contentType: 'audio/wav', bytes: Buffer.alloc(1_000) });
    expect(await kept('a', 'b', 'c', 'large')).toBe('large');
  });

  test('halves that a crash left are cleared away, and no other file is touched', async () => {
    await age();
    const [first = ''] = await readdir(dir);
    const half = join(dir, `${first}.1.part`);
    const foreign = join(dir, 'notes.txt');
    for (const path of [half, foreign]) {
      await writeFile(path, Buffer.alloc(1_000));
      await utimes(path, new Date(0), new Date(0));
    }
    await recordings(400).put('d', sound);
    expect(await kept('a', 'b', 'c', 'd')).toBe('abcd');
    expect(await readdir(dir)).toContain('notes.txt');
    expect(await readdir(dir)).toHaveLength(5);
  });

  test('no id chooses a path', async () => {
    await recordings(300).put('../../outside', sound);
    expect(await readdir(dir)).toHaveLength(1);
    expect(await kept('../../outside')).toBe('../../outside');
  });
});
