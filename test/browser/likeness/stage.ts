import type { Page } from 'playwright-core';
import { openScreen } from '../rig.ts';
import { answerOf, type Scene } from './answers.ts';
import { NOW } from './now.ts';
import { recording } from './sound.ts';

/** The fonts that Debian's Chromium brings along. With another, words end elsewhere and no picture is alike. */
const FONT = 'DejaVu Sans';
const STYLE = `
  body { font-family: '${FONT}' !important }
  /* The browser's own, which each release and language draws otherwise. */
  audio, input::-webkit-datetime-edit { visibility: hidden !important }
  code, kbd, pre, samp, .font-mono { font-family: '${FONT} Mono' !important }
`;

/** A page whose API always says the same, at a time that stands still. */
export interface Stage {
  page: Page;
  /** What the API holds from now on; null: it knows nobody. */
  play(scene: Scene | null): void;
  /** Requests that no scene has an answer to. */
  unanswered: string[];
}

interface Answer {
  status: number;
  type: string;
  /** In base 64 when it is sound. */
  body: string;
}

declare global {
  interface Window {
    answerOnStage(method: string, path: string): Promise<Answer>;
  }
}

/** Opens such a page. Only its files come from the product that runs. */
export async function openStage(): Promise<Stage> {
  let scene: Scene | null = 'busy';
  const unanswered: string[] = [];
  const answer = (method: string, path: string): Answer => {
    const url = new URL(path, 'http://stage.example');
    if (scene === null) return problem(401);
    if (/^\/api\/calls\/[^/]+\/audio$/.test(url.pathname)) {
      return { status: 200, type: 'audio/wav', body: recording().toString('base64') };
    }
    const json = method === 'GET' ? answerOf(scene, url) : undefined;
    if (json !== undefined) return { status: 200, type: 'application/json', body: JSON.stringify(json) };
    unanswered.push(`${method} ${path}`);
    return problem(404);
  };
  const before = async (page: Page): Promise<void> => {
    await page.clock.setFixedTime(NOW);
    await page.exposeFunction('answerOnStage', answer);
    await page.addInitScript(setStage, STYLE);
  };
  const { page } = await openScreen('/campaigns', { role: null, before });
  const play = (next: Scene | null) => {
    scene = next;
  };
  return { page, play, unanswered };
}

function problem(status: number): Answer {
  const body = { type: 'about:blank', title: 'Refused', status, detail: 'It is not on the stage.' };
  return { status, type: 'application/problem+json', body: JSON.stringify(body) };
}

/** Whether the machine has the font that the kept pictures show. */
export async function hasFont(page: Page): Promise<boolean> {
  return await page.evaluate((font) => {
    const pen = document.createElement('canvas').getContext('2d');
    if (pen === null) return false;
    const widthWith = (instead: string) => {
      pen.font = `40px '${font}', ${instead}`;
      return pen.measureText('Illuminated WWW').width;
    };
    return widthWith('monospace') === widthWith('serif');
  }, FONT);
}

/**
 * Runs in the page before its own scripts. Requests are answered in it, because a browser whose requests are caught
 * outside fetches every file anew for every address. Its live stream opens and then says nothing. The font comes in a
 * sheet that is adopted, which needs no leave of the content security policy.
 */
function setStage(style: string): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  document.adoptedStyleSheets.push(sheet);
  const real = window.fetch;
  const stream = () => {
    const start = (controller: ReadableStreamDefaultController) =>
      controller.enqueue(new TextEncoder().encode('event: ready\ndata: {}\n\n'));
    return new Response(new ReadableStream({ start }), { headers: { 'content-type': 'text/event-stream' } });
  };
  window.fetch = async (input, init) => {
    const { pathname, search } = new URL(String(input), location.href);
    if (pathname === '/api/stream') return stream();
    if (!pathname.startsWith('/api/') && pathname !== '/ready') return await real(input, init);
    const { status, type, body } = await window.answerOnStage(init?.method ?? 'GET', pathname + search);
    const bytes = type === 'audio/wav' ? Uint8Array.from(atob(body), (letter) => letter.charCodeAt(0)) : body;
    return new Response(bytes, { status, headers: { 'content-type': type } });
  };
}
