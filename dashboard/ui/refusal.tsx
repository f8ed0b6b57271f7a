import { ApiProblem, messageOf } from '../client/problem.ts';
import { formatTime } from '../format/times.ts';

/** Why something was refused, with everything that speaks against it; `title` stands above a state that does not allow it. */
export function Refusal({ error, title }: { error: unknown; title?: string }) {
  const problem = error instanceof ApiProblem && error.fields.length > 0 ? error : null;
  if (problem === null) {
    return (
      <p role="alert" className="text-bad">
        {messageOf(error)}
      </p>
    );
  }
  const heading = problem.status === 409 ? (title ?? problem.title) : problem.title;
  return (
    <div role="alert" className="grid gap-1 text-bad">
      <p>{heading}</p>
      <ul className="list-disc pl-5">
        {problem.fields.map(({ path, message }) => (
          <li key={`${path} ${message}`}>{withLocalTimes(message)}</li>
        ))}
      </ul>
    </div>
  );
}

/** Shows the API's instants in the viewer's zone. */
function withLocalTimes(text: string): string {
  return text.replaceAll(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, (iso) => formatTime(iso));
}
