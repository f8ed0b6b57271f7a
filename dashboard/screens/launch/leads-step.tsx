import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type Campaign, readProgress } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { formatCount, NONE } from '../../format/numbers.ts';
import { Card } from '../../ui/card.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { FileSource, PasteSource } from './csv-source.tsx';
import { useGoTo } from './go-to.ts';
import { StepActions } from './step-actions.tsx';
import { TypedLeads } from './typed-leads.tsx';

type Source = 'file' | 'paste' | 'type';

/** Leads from a file, from the clipboard, or typed; several lists may be added. */
export function LeadsStep({ draft }: { draft: Campaign }) {
  const goTo = useGoTo();
  const [source, setSource] = useState<Source>('file');
  const progress = useQuery({ queryKey: keys.progress(draft.id), queryFn: () => readProgress(draft.id) });
  const total = progress.data?.leads.total;
  return (
    <div className="grid gap-4">
      <Card
        title="Leads"
        actions={
          <p className="text-muted">
            In the campaign now:{' '}
            <strong className="font-semibold text-ink" data-testid="lead-count">
              {total === undefined ? NONE : formatCount(total)}
            </strong>
          </p>
        }
      >
        <Tabs
          label="Where the leads come from"
          value={source}
          onChange={setSource}
          items={[
            { value: 'file', label: 'CSV file', content: <FileSource campaignId={draft.id} /> },
            { value: 'paste', label: 'Paste', content: <PasteSource campaignId={draft.id} /> },
            { value: 'type', label: 'Type', content: <TypedLeads campaignId={draft.id} /> },
          ]}
        />
      </Card>
      <StepActions
        onBack={() => goTo('agent', draft.id)}
        onNext={() => goTo('rules', draft.id)}
        next={total === 0 ? 'Continue without leads' : 'Continue to rules'}
      />
    </div>
  );
}
