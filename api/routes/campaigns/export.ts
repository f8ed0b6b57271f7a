import { createRoute, z } from '@hono/zod-openapi';
import { findCampaign } from '#db/queries/campaigns.ts';
import { pagesOfCalls, pagesOfLeads, variableNames } from '#db/queries/export.ts';
import { notFound } from '#services/errors.ts';
import type { Api, ApiContext } from '../../context.ts';
import { CALL_COLUMNS, csvHeader, csvRows, leadColumns } from '../../export/columns.ts';
import { streamTexts } from '../../export/stream.ts';
import { access } from '../../http/auth.ts';
import { Call, toCall } from '../../schemas/call.ts';
import { idParam } from '../../schemas/common.ts';
import { Lead, toLead } from '../../schemas/lead.ts';
import { keyProblems, problems } from '../../schemas/problem.ts';

/** A line of NDJSON. */
const Row = z.union([Call, Lead]);

const What = z.enum(['calls', 'leads']);
type What = z.infer<typeof What>;

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

export function exportCampaign(app: Api, { db }: ApiContext): void {
  const requireCampaign = async (id: string) => {
    if ((await findCampaign(db, id)) === null) throw notFound('campaign');
  };
  app.openapi(csvRoute, async (c) => {
    const { id } = c.req.valid('param');
    const { what } = c.req.valid('query');
    await requireCampaign(id);
    return download(c.req.raw.method, csvOf(db, id, what), `${what}-${id}.csv`, CSV) as never;
  });
  app.openapi(ndjsonRoute, async (c) => {
    const { id } = c.req.valid('param');
    const { what } = c.req.valid('query');
    await requireCampaign(id);
    return download(c.req.raw.method, ndjsonOf(db, id, what), `${what}-${id}.ndjson`, NDJSON) as never;
  });
}

function download(method: string, texts: AsyncGenerator<string>, name: string, type: string): Response {
  const headers = { 'content-type': type, 'content-disposition': `attachment; filename="${name}"` };
  return new Response(method === 'HEAD' ? null : streamTexts(texts), { headers });
}

async function* csvOf(db: ApiContext['db'], campaignId: string, what: What): AsyncGenerator<string> {
  if (what === 'calls') {
    yield csvHeader(CALL_COLUMNS);
    for await (const rows of pagesOfCalls(db, campaignId)) yield csvRows(rows, CALL_COLUMNS);
    return;
  }
  const columns = leadColumns(await variableNames(db, campaignId));
  yield csvHeader(columns);
  for await (const rows of pagesOfLeads(db, campaignId)) yield csvRows(rows, columns);
}

async function* ndjsonOf(db: ApiContext['db'], campaignId: string, what: What): AsyncGenerator<string> {
  const lines = (items: readonly unknown[]) => items.map((item) => `${JSON.stringify(item)}\n`).join('');
  if (what === 'calls') {
    for await (const rows of pagesOfCalls(db, campaignId)) yield lines(rows.map(toCall));
  } else {
    for await (const rows of pagesOfLeads(db, campaignId)) yield lines(rows.map(toLead));
  }
}
