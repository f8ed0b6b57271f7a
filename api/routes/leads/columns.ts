import { createRoute } from '@hono/zod-openapi';
import { ImportHeaderError, planColumns } from '#services/leads/import-columns.ts';
import type { Api } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { ColumnsInput, ColumnsRead } from '../../schemas/lead.ts';
import { bodyProblems, json } from '../../schemas/problem.ts';

const route = createRoute({
  method: 'post',
  path: '/api/leads/columns',
  operationId: 'readColumns',
  tags: ['leads'],
  summary: 'What an import would take the columns of a header for; nothing is stored',
  ...access('operator'),
  request: { body: { required: true, content: { 'application/json': { schema: ColumnsInput } } } },
  responses: { 200: json('The columns, in their order', ColumnsRead), ...bodyProblems },
});

export function readColumns(app: Api): void {
  app.openapi(route, (c) => {
    const { headers, mapping } = c.req.valid('json');
    try {
      const columns = planColumns(headers, mapping).map((column) => ({
        header: column.header,
        field: column.kind === 'field' ? column.field : ('variable' as const),
      }));
      return c.json({ columns, problems: [] }, 200);
    } catch (error) {
      if (!(error instanceof ImportHeaderError)) throw error;
      return c.json({ columns: [], problems: error.problems }, 200);
    }
  });
}
