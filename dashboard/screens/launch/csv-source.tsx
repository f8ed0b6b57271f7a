import { FileUp } from 'lucide-react';
import { useDeferredValue, useMemo, useState } from 'react';
import { formatBytes } from '../../format/numbers.ts';
import { Button } from '../../ui/button.tsx';
import { cn } from '../../ui/cn.ts';
import { Field, Textarea } from '../../ui/field.tsx';
import { CsvImport } from './csv-import.tsx';

const HEADER_HINT =
  'The first line names the columns; one holds the phone number. Numbers begin with + and the country.';

export function FileSource({ campaignId }: { campaignId: string }) {
  const [file, setFile] = useState<File | null>(null);
  if (file !== null) {
    return (
      <CsvImport
        campaignId={campaignId}
        source={file}
        name={`${file.name}, ${formatBytes(file.size)}`}
        onDone={() => setFile(null)}
      />
    );
  }
  return <DropZone onFile={setFile} />;
}

function DropZone({ onFile }: { onFile: (file: File) => void }) {
  const [over, setOver] = useState(false);
  return (
    <label
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        const [file] = event.dataTransfer.files;
        if (file !== undefined) onFile(file);
      }}
      className={cn(
        'grid cursor-pointer justify-items-center gap-2 rounded-lg border-2 border-dashed px-6 py-10 text-center hover:border-accent/60 has-focus-visible:outline-2 has-focus-visible:outline-accent',
        over && 'border-accent bg-accent/8',
      )}
    >
      <FileUp aria-hidden className="size-8 text-muted" />
      <span className="font-semibold">Choose a CSV file, or drop it here</span>
      <span className="max-w-prose text-muted">
        The first line names the columns; one holds the phone number. Any size: it is sent as it lies on the
        disk.
      </span>
      <input
        type="file"
        accept=".csv,.tsv,.txt,text/csv,text/plain"
        className="sr-only"
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          if (file !== undefined) onFile(file);
        }}
      />
    </label>
  );
}

export function PasteSource({ campaignId }: { campaignId: string }) {
  const [text, setText] = useState('');
  const [reading, setReading] = useState(false);
  const settled = useDeferredValue(text);
  const source = useMemo(() => new Blob([settled], { type: 'text/csv' }), [settled]);
  if (reading) {
    return (
      <CsvImport
        campaignId={campaignId}
        source={source}
        name={`Pasted text, ${formatBytes(source.size)}`}
        onDone={(imported) => {
          setReading(false);
          if (imported) setText('');
        }}
      />
    );
  }
  return (
    <div className="grid justify-items-start gap-3">
      <Field label="Rows" hint={HEADER_HINT} className="w-full">
        {(control) => (
          <Textarea
            {...control}
            rows={8}
            spellCheck={false}
            className="font-mono text-xs"
            placeholder={'phone,name,email\n+14155550117,Ada Example,ada@example.com'}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
      <Button variant="primary" disabled={text.trim() === ''} onClick={() => setReading(true)}>
        Read the rows
      </Button>
    </div>
  );
}
