import type { LeadsImported } from '../../client/generated.ts';
import { newKey } from '../../client/idempotency.ts';
import { ApiProblem, readProblem } from '../../client/problem.ts';
import { sessionNews } from '../../client/setup.ts';

interface Upload {
  campaignId: string;
  source: Blob;
  /** Columns and fields that a person chose. */
  mapping: Record<string, string>;
  /** @param share uploaded part of the file, from 0 to 1 */
  onProgress: (share: number) => void;
  signal: AbortSignal;
}

/**
 * Uploads a file without reading it into memory. It uses XMLHttpRequest, since fetch reports no upload
 * progress. Leads added before an abort stay.
 *
 * @throws ApiProblem; DOMException AbortError when cancelled
 */
export function uploadLeads({
  campaignId,
  source,
  mapping,
  onProgress,
  signal,
}: Upload): Promise<LeadsImported> {
  const request = new XMLHttpRequest();
  const { promise, resolve, reject } = Promise.withResolvers<LeadsImported>();
  const session = sessionNews.current;
  const form = new FormData();
  form.set('mapping', JSON.stringify(mapping));
  form.set('file', source, source instanceof File ? source.name : 'leads.csv');
  request.open('POST', `/api/campaigns/${encodeURIComponent(campaignId)}/leads/import`);
  request.setRequestHeader('x-ringleader-dashboard', '1');
  request.setRequestHeader('idempotency-key', newKey());
  request.upload.onprogress = ({ loaded, total }) => onProgress(total === 0 ? 0 : loaded / total);
  request.onload = () => {
    if (request.status === 200) resolve(JSON.parse(request.responseText) as LeadsImported);
    else void problemOf(request, session).then(reject, reject);
  };
  request.onerror = () => reject(ApiProblem.unreachable());
  request.onabort = () => reject(new DOMException('The import was cancelled.', 'AbortError'));
  if (signal.aborted) request.abort();
  signal.addEventListener('abort', () => request.abort(), { once: true });
  request.send(form);
  return promise;
}

async function problemOf(request: XMLHttpRequest, session: number): Promise<ApiProblem> {
  const type = request.getResponseHeader('content-type') ?? '';
  const problem = await readProblem(
    new Response(request.responseText, { status: request.status, headers: { 'content-type': type } }),
  );
  if (problem.status === 401) sessionNews.end(session);
  return problem;
}
