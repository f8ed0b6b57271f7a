/** What comes of a request: the answer, or null when there was none in time. */
export type Answer = { status: number; body: unknown } | null;

const ANSWER_MS = 10_000;

/** Somebody at the API, from outside. */
export class Operator {
  readonly #url: string;
  readonly #key: string;

  constructor({ apiUrl, apiKey }: { apiUrl: string; apiKey: string }) {
    this.#url = apiUrl;
    this.#key = apiKey;
  }

  async ask(method: string, path: string, body?: unknown): Promise<Answer> {
    try {
      const response = await fetch(`${this.#url}${path}`, {
        method,
        headers: { authorization: `Bearer ${this.#key}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      return { status: response.status, body: await response.json().catch(() => null) };
    } catch {
      return null;
    }
  }

  /** @throws Error with the answer, when it is not a success. */
  async must<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.ask(method, path, body);
    if (answer !== null && answer.status < 300) return answer.body as T;
    throw new Error(
      `${method} ${path}: ${answer === null ? 'no answer' : `${answer.status} ${JSON.stringify(answer.body)}`}`,
    );
  }
}
