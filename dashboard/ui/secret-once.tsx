import { Check, Copy } from 'lucide-react';
import { type ReactNode, useRef, useState } from 'react';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { Input } from './field.tsx';

interface SecretOnceProps {
  /** Null for none. */
  secret: string | null;
  title: string;
  /** Its purpose, and what to do with it now. */
  children: ReactNode;
  onClose: () => void;
}

/** Shows a secret once, to be copied. */
export function SecretOnce({ secret, title, children, onClose }: SecretOnceProps) {
  return (
    <Dialog open={secret !== null} onOpenChange={(open) => !open && onClose()} title={title}>
      {secret !== null && (
        <>
          <div className="text-muted">{children}</div>
          <SecretField secret={secret} />
          <div className="flex justify-end">
            <Button variant="primary" onClick={onClose}>
              I have it
            </Button>
          </div>
        </>
      )}
    </Dialog>
  );
}

function SecretField({ secret }: { secret: string }) {
  const field = useRef<HTMLInputElement>(null);
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    field.current?.select();
    try {
      await navigator.clipboard.writeText(secret);
      setCopied(true);
    } catch {
      // Without a clipboard it stays selected, to be copied by keyboard.
    }
  };
  return (
    <div className="flex gap-2">
      <Input
        ref={field}
        readOnly
        aria-label="Secret"
        value={secret}
        className="font-mono"
        onFocus={(event) => event.target.select()}
      />
      <Button icon={copied ? <Check /> : <Copy />} onClick={() => void copy()}>
        {copied ? 'Copied' : 'Copy'}
      </Button>
    </div>
  );
}
