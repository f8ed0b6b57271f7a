import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Ban, Megaphone, MessageSquareReply, Pause, Trophy } from 'lucide-react';
import { memo, type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { listCalls, readCampaign, readLead } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { formatPhone } from '../../format/phone.ts';
import { Time } from '../../format/time.tsx';
import { useLiveEvents } from '../../live/provider.tsx';
import type { LiveEvent } from '../../live/stream.ts';
import { Card } from '../../ui/card.tsx';
import { cn } from '../../ui/cn.ts';
import { mergeNews, type News, type NewsKind, newsOf, newsOfCall } from './news.ts';

const MAX_NEWS = 10;
/** News appear at this interval, however many arrive. */
const INTERVAL_MS = 500;

const ICONS: Record<NewsKind, { icon: ReactNode; tone: string }> = {
  converted: { icon: <Trophy />, tone: 'text-good' },
  opted_out: { icon: <Ban />, tone: 'text-bad' },
  replied: { icon: <MessageSquareReply />, tone: 'text-info' },
  paused: { icon: <Pause />, tone: 'text-warn' },
  campaign: { icon: <Megaphone />, tone: 'text-muted' },
};

/** Conversions, opt-outs, replies and campaigns' changes, live. */
export function Ticker() {
  const news = useNews();
  const places = Array.from({ length: MAX_NEWS }, (_, place) => news[place] ?? null);
  return (
    <Card title="As it happens">
      <ol aria-label="What happened last" className="grid">
        {places.map((item, place) => (
          // Places are fixed and their content changes, so that nothing moves.
          // biome-ignore lint/suspicious/noArrayIndexKey: see above.
          <li key={place} className="flex h-8 items-center gap-2.5 border-b last:border-b-0">
            {item !== null && <NewsRow news={item} />}
            {item === null && place === 0 && (
              <span className="truncate text-muted">Nothing yet: news appear here.</span>
            )}
          </li>
        ))}
      </ol>
    </Card>
  );
}

function useNews(): readonly News[] {
  const [fresh, setFresh] = useState<readonly News[]>([]);
  const waiting = useRef<News[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const past = useQuery({
    queryKey: keys.pastConversions,
    queryFn: () => listCalls({ disposition: 'converted', limit: MAX_NEWS }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  useLiveEvents(
    useCallback((event: LiveEvent) => {
      const item = newsOf(event);
      if (item === null) return;
      waiting.current.push(item);
      timer.current ??= setTimeout(() => {
        const items = waiting.current.splice(0);
        timer.current = undefined;
        setFresh((known) => mergeNews(items, known, MAX_NEWS));
      }, INTERVAL_MS);
    }, []),
  );
  const seeds = past.data?.items;
  return useMemo(() => mergeNews(fresh, (seeds ?? []).map(newsOfCall), MAX_NEWS), [fresh, seeds]);
}

const NewsRow = memo(function NewsRow({ news }: { news: News }) {
  const { icon, tone } = ICONS[news.kind];
  return (
    <>
      <span aria-hidden className={cn('[&_svg]:size-4', tone)}>
        {icon}
      </span>
      <span className="shrink-0 font-medium">{news.text}</span>
      <span className="min-w-0 flex-1 truncate text-muted">
        {news.leadId === null ? <CampaignName id={news.campaignId} /> : <LeadName id={news.leadId} />}
      </span>
      <span className="text-xs text-muted">
        <Time iso={news.at} />
      </span>
    </>
  );
});

function LeadName({ id }: { id: string }) {
  const { data } = useQuery({ queryKey: keys.lead(id), queryFn: () => readLead(id) });
  return (
    <Link to="/leads/$leadId" params={{ leadId: id }} className="hover:text-accent hover:underline">
      {data === undefined ? '…' : (data.name ?? formatPhone(data.phone))}
    </Link>
  );
}

function CampaignName({ id }: { id: string | null }) {
  const { data } = useQuery({
    queryKey: keys.campaign(id ?? ''),
    queryFn: () => readCampaign(id ?? ''),
    enabled: id !== null,
  });
  if (id === null) return null;
  return (
    <Link
      to="/campaigns/$campaignId"
      params={{ campaignId: id }}
      className="hover:text-accent hover:underline"
    >
      {data?.name ?? '…'}
    </Link>
  );
}
