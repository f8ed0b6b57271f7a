import { useMutation } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import { type FormEvent, useEffect, useState } from 'react';
import { signIn } from '../client/generated.ts';
import { messageOf } from '../client/problem.ts';
import { Button } from '../ui/button.tsx';
import { Field, Input } from '../ui/field.tsx';

/** Asks for an API key. It is sent once, for a session, and stored nowhere in the browser. */
export function SignIn({ expired = false, onSignedIn }: { expired?: boolean; onSignedIn: () => void }) {
  const [key, setKey] = useState('');
  const signing = useMutation({
    mutationFn: () => signIn({ key: key.trim() }),
    onSuccess: () => {
      setKey('');
      onSignedIn();
    },
  });
  useEffect(() => {
    const before = document.title;
    document.title = 'Sign in · Ringleader';
    return () => {
      document.title = before;
    };
  }, []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (key.trim() !== '') signing.mutate();
  };
  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <form onSubmit={submit} className="grid w-full max-w-sm gap-4 rounded-xl border bg-panel p-6 shadow-sm">
        <div className="grid gap-1">
          <h1 className="text-xl font-semibold">
            {expired ? 'Your session has ended' : 'Sign in to Ringleader'}
          </h1>
          <p className="text-muted">
            {expired
              ? 'Sign in again to go on where you were.'
              : 'The launcher prints the key. Administrators make more of them under Settings.'}
          </p>
        </div>
        <Field label="API key" error={signing.error ? messageOf(signing.error) : undefined}>
          {(control) => (
            <Input
              {...control}
              type="password"
              autoComplete="current-password"
              autoFocus
              required
              value={key}
              onChange={(event) => setKey(event.target.value)}
            />
          )}
        </Field>
        <Button type="submit" variant="primary" size="large" icon={<KeyRound />} busy={signing.isPending}>
          Sign in
        </Button>
      </form>
    </main>
  );
}
