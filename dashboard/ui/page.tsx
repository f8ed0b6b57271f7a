import { type ReactNode, useEffect } from 'react';

/** A screen's heading, actions and content; also sets the browser tab's title. */
export function Page({
  title,
  name,
  subtitle,
  actions,
  children,
}: {
  title: ReactNode;
  name: string;
  subtitle?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  useEffect(() => {
    document.title = `${name} · Ringleader`;
  }, [name]);
  return (
    <div className="mx-auto grid w-full max-w-[88rem] grid-cols-1 gap-5 p-4 md:p-6">
      <header className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0">
          <h1 className="truncate text-xl font-semibold tracking-tight">{title}</h1>
          {subtitle !== undefined && <div className="text-muted">{subtitle}</div>}
        </div>
        {actions !== undefined && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}
