import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Upload } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { type LeadsImported, readColumns } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { Button } from '../../ui/button.tsx';
import { Failure, Loaded } from '../../ui/states.tsx';
import { Columns } from './columns.tsx';
import { type CsvHead, readHead } from './csv-head.ts';
import { ImportReport } from './import-report.tsx';
import { uploadLeads } from './upload.ts';
import { Uploading } from './uploading.tsx';
import { Warning } from './warning.tsx';

interface CsvImportProps {
  campaignId: string;
  source: Blob;
  name: string;
  /** Back to the choice of a list; `imported` when this one was completed. */
  onDone: (imported: boolean) => void;
}

/** An import: the mapping of columns, the progress, and the report. */
export function CsvImport({ campaignId, source, name, onDone }: CsvImportProps) {
  const head = useQuery({
    queryKey: keys.csvHead(campaignId, name, source.size),
    queryFn: () => readHead(source),
    // Another file may have the same name and size.
    gcTime: 0,
    staleTime: 0,
    retry: false,
  });
  if (head.error) {
    return (
      <div className="grid gap-3">
        <Failure error={head.error} />
        <Button className="justify-self-start" onClick={() => onDone(false)}>
          Choose another list
        </Button>
      </div>
    );
  }
  return (
    <Loaded query={head}>
      {(read) => <WithHead head={read} campaignId={campaignId} source={source} name={name} onDone={onDone} />}
    </Loaded>
  );
}

function WithHead({ head, campaignId, source, name, onDone }: CsvImportProps & { head: CsvHead }) {
  const { headers } = head;
  const [mapping, setMapping] = useState<Record<string, string>>({});
  const columns = useQuery({
    queryKey: keys.csvColumns(headers, mapping),
    queryFn: ({ signal }) => readColumns({ headers, mapping }, { signal }),
    // The table stays while a new mapping is fetched.
    placeholderData: (before) => before,
  });
  const { importing, share, cancel } = useImport({ campaignId, source, mapping });
  if (importing.isPending) return <Uploading name={name} share={share} onCancel={cancel} />;
  if (importing.data) return <ImportReport report={importing.data} onMore={() => onDone(true)} />;
  return (
    <div className="grid gap-4">
      <Columns
        name={name}
        head={head}
        read={columns.data}
        onChoose={(header, field) => setMapping((before) => ({ ...before, [header]: field }))}
      />
      {columns.error && <Failure error={columns.error} onRetry={() => void columns.refetch()} />}
      {columns.data?.problems.map((problem) => (
        <Warning key={problem}>{problem}</Warning>
      ))}
      {importing.error && !wasCancelled(importing.error) && <Failure error={importing.error} />}
      {wasCancelled(importing.error) && (
        <Warning>
          Cancelled. Rows that had gone out before stay in the campaign; import the list again to add the
          rest.
        </Warning>
      )}
      <div className="flex flex-wrap gap-2">
        <Button
          variant="primary"
          icon={<Upload />}
          disabled={columns.data === undefined || columns.data.problems.length > 0}
          onClick={() => importing.mutate()}
        >
          Import leads
        </Button>
        <Button onClick={() => onDone(false)}>Choose another list</Button>
      </div>
    </div>
  );
}

function wasCancelled(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

/** The upload of a list; leaving the page or the step cancels it. */
function useImport({
  campaignId,
  source,
  mapping,
}: {
  campaignId: string;
  source: Blob;
  mapping: Record<string, string>;
}) {
  const client = useQueryClient();
  const [share, setShare] = useState(0);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);
  const importing = useMutation<LeadsImported, Error, void>({
    mutationFn: () => {
      setShare(0);
      running.current = new AbortController();
      const { signal } = running.current;
      return uploadLeads({ campaignId, source, mapping, onProgress: setShare, signal });
    },
    onSettled: () => {
      void client.invalidateQueries({ queryKey: keys.progress(campaignId) });
      void client.invalidateQueries({ queryKey: ['leads', campaignId] });
    },
  });
  useWarningBeforeLeaving(importing.isPending);
  return { importing, share, cancel: () => running.current?.abort() };
}

function useWarningBeforeLeaving(active: boolean): void {
  useEffect(() => {
    if (!active) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [active]);
}
