import { createRoute, z } from '@hono/zod-openapi';
import { pagesOfCalls } from '#db/queries/calls.ts';
import { findCampaign } from '#db/queries/campaigns.ts';
import { pagesOfLeads } from '#db/queries/leads.ts';
import { notFound } from '#services/errors.ts';
import { exportCsv } from '#services/leads/export.ts';
import type { Api, ApiContext } from '../context.ts';
import { access } from '../http/auth.ts';
import { Call, toCall } from '../schemas/call.ts';
import { idParam } from '../schemas/common.ts';
import { Lead, toLead } from '../schemas/lead.ts';
import { keyProblems, problems } from '../schemas/problem.ts';

/** A line of NDJSON. */
const Row = z.union([Call, Lead]);

const What = z.enum(['calls', 'leads']);

const CSV = 'text/csv; charset=utf-8';
const NDJSON = 'application/x-ndjson';

function exportRoute<Path extends string>(path: Path, type: string, description: string) {
  return createRoute({
    method: 'get',
    path,
    operationId: type === CSV ? 'exportCampaignCsv' : 'exportCampaignNdjson',
    tags: ['campaigns'],
    summary: "A campaign's calls or leads, streamed",
    description,
    ...access('viewer'),
    request: { params: idParam, query: z.object({ what: What.default('calls') }) },
    responses: {
      200: {
        description: 'The rows',
        content: { [type.split(';')[0] ?? type]: { schema: type === CSV ? z.string() : Row } },
      },
      ...keyProblems,
      ...problems(404, 422),
    },
  });
}

const csvRoute = exportRoute(
  '/api/campaigns/{id}/export.csv',
  CSV,
  'Cells that a spreadsheet would compute (those that begin with = + - @ tab or a line end) have an apostrophe ' +
    'in front; numbers in E.164 have not. The import takes the apostrophe off again, and passes over the columns ' +
    'that begin with ringleader_, so an exported list of leads can be imported as it is.',
);
const ndjsonRoute = exportRoute(
  '/api/campaigns/{id}/export.ndjson',
  NDJSON,
  'One JSON object a line, as in the lists.',
);

export function registerCampaignExport(app: Api, context: ApiContext): void {
  const { db } = context;
  const requireCampaign = async (id: string) => {
    if ((await findCampaign(db, id)) === null) throw notFound('campaign');
  };
  app.openapi(csvRoute, async (c) => {
    const { id } = c.req.valid('param');
    const { what } = c.req.valid('query');
    await requireCampaign(id);
    const texts = exportCsv(context, { campaignId: id, what });
    return download(c.req.raw.method, texts, `${what}-${id}.csv`, CSV) as never;
  });
  app.openapi(ndjsonRoute, async (c) => {
    const { id } = c.req.valid('param');
    const { what } = c.req.valid('query');
    await requireCampaign(id);
    const texts =
      what === 'calls' ? lines(pagesOfCalls(db, id), toCall) : lines(pagesOfLeads(db, id), toLead);
    return download(c.req.raw.method, texts, `${what}-${id}.ndjson`, NDJSON) as never;
  });
}

async function* lines<Row>(
  pages: AsyncGenerator<Row[]>,
  toItem: (row: Row) => unknown,
): AsyncGenerator<string> {
  for await (const rows of pages) yield rows.map((row) => `${JSON.stringify(toItem(row))}\n`).join('');
}

function download(method: string, texts: AsyncGenerator<string>, name: string, type: string): Response {
  const headers = { 'content-type': type, 'content-disposition': `attachment; filename="${name}"` };
  return new Response(method === 'HEAD' ? null : streamTexts(texts), { headers });
}

const encoder = new TextEncoder();

/**
 * A body of texts that are made as they are read, one at a time. When the reader goes away the source is stopped, so
 * nothing more is read from the database.
 */
function streamTexts(texts: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await texts.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      },
      async cancel() {
        await texts.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}
