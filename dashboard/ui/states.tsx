import { CircleAlert, Inbox, Lock } from 'lucide-react';
import type { ReactNode } from 'react';
import { ApiProblem, messageOf } from '../client/problem.ts';
import { Button } from './button.tsx';
import { cn } from './cn.ts';

interface StateProps {
  icon: ReactNode;
  title: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
  alert?: boolean;
}

function State({ icon, title, children, action, alert = false }: StateProps) {
  return (
    <div
      role={alert ? 'alert' : undefined}
      className="grid justify-items-center gap-2 rounded-lg border border-dashed px-6 py-10 text-center"
    >
      <span aria-hidden className="text-muted [&_svg]:size-7">
        {icon}
      </span>
      <p className="font-semibold">{title}</p>
      {children !== undefined && <div className="max-w-prose text-muted">{children}</div>}
      {action}
    </div>
  );
}

/** An empty list: what will be here, and how it gets here. */
export function Empty({
  title,
  children,
  action,
}: {
  title: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <State icon={<Inbox />} title={title} action={action}>
      {children}
    </State>
  );
}

/** A failed fetch: the reason, and a retry where it may help. */
export function Failure({ error, onRetry }: { error: unknown; onRetry?: (() => void) | undefined }) {
  if (error instanceof ApiProblem && error.status === 403)
    return <NoPermission>{error.message}</NoPermission>;
  const title = error instanceof ApiProblem ? error.title : 'This could not be shown';
  return (
    <State
      alert
      icon={<CircleAlert />}
      title={title}
      action={onRetry && <Button onClick={onRetry}>Try again</Button>}
    >
      {messageOf(error)}
    </State>
  );
}

export function NoPermission({ children }: { children: ReactNode }) {
  return (
    <State icon={<Lock />} title="Your key does not allow this">
      {children}
    </State>
  );
}

/** Reserves about the space of what is being fetched, so that nothing jumps. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={cn('animate-shimmer rounded-md bg-raised', className)} />;
}

export function SkeletonRows({ rows = 6 }: { rows?: number }) {
  return (
    <div role="status" className="grid gap-2">
      <span className="sr-only">Loading</span>
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: all rows are equal.
        <Skeleton key={index} className="h-9" />
      ))}
    </div>
  );
}

interface QueryLike<Data> {
  data: Data | undefined;
  error: unknown;
  refetch: () => unknown;
}

/** One query's data, or its state. Data stay visible when a later fetch fails. */
export function Loaded<Data>({
  query,
  loading,
  children,
}: {
  query: QueryLike<Data>;
  loading?: ReactNode;
  children: (data: Data) => ReactNode;
}) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  return loading ?? <SkeletonRows />;
}
