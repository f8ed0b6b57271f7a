import type { Problem } from './generated.ts';

/** An unsuccessful answer. `status` is 0 when there was no answer. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  readonly title: string;
  /** Errors by field; paths are dotted. */
  readonly fields: readonly { path: string; message: string }[];

  constructor(status: number, title: string, detail: string, fields: ApiProblem['fields'] = []) {
    super(detail);
    this.status = status;
    this.title = title;
    this.fields = fields;
  }

  static unreachable(): ApiProblem {
    return new ApiProblem(
      0,
      'Ringleader does not answer',
      'The network or the server is away. Nothing was lost; try again.',
    );
  }

  /** Whether a retry may succeed. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

/** The answer's problem document; without one, the meaning of its status. */
export async function readProblem(answer: Response): Promise<ApiProblem> {
  const type = answer.headers.get('content-type') ?? '';
  // A connection that breaks leaves only the status.
  const problem = type.startsWith('application/problem+json')
    ? await (answer.json() as Promise<Problem>).catch(() => null)
    : null;
  if (problem !== null) {
    return new ApiProblem(answer.status, problem.title, problem.detail, problem.errors ?? []);
  }
  return new ApiProblem(answer.status, 'Something went wrong', `The server answered with ${answer.status}.`);
}

export function messageOf(error: unknown): string {
  if (error instanceof ApiProblem) {
    const [field] = error.fields;
    return field === undefined ? error.message : `${error.message} ${field.path} ${field.message}`;
  }
  return error instanceof Error ? error.message : String(error);
}

/** The error of one field, to be shown beside it. */
export function fieldProblem(error: unknown, path: string): string | undefined {
  return error instanceof ApiProblem ? error.fields.find((field) => field.path === path)?.message : undefined;
}
