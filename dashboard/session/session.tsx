import { useQuery } from '@tanstack/react-query';
import {
  createContext,
  type KeyboardEvent,
  type ReactNode,
  use,
  useCallback,
  useEffect,
  useState,
} from 'react';
import { createPortal } from 'react-dom';
import { type Me, readMe } from '../client/generated.ts';
import { keys } from '../client/keys.ts';
import { ApiProblem } from '../client/problem.ts';
import { queryClient } from '../client/query-client.ts';
import { sessionNews } from '../client/setup.ts';
import { Failure } from '../ui/states.tsx';
import { SignIn } from './sign-in.tsx';

const MeContext = createContext<Me | null>(null);

/** Shows the page to signed-in users, and the sign-in form to others. */
export function SessionGate({ children }: { children: ReactNode }) {
  const me = useQuery({ queryKey: keys.me, queryFn: () => readMe(), staleTime: Number.POSITIVE_INFINITY });
  const [ended, setEnded] = useState(false);
  useEffect(() => {
    const onEnded = () => setEnded(true);
    sessionNews.addEventListener('ended', onEnded);
    return () => sessionNews.removeEventListener('ended', onEnded);
  }, []);
  const onSignedIn = () => {
    setEnded(false);
    sessionNews.renew();
    // Refetches what failed without a session; other data stay.
    void queryClient.resetQueries({ predicate: (query) => query.state.status === 'error' });
    void queryClient.invalidateQueries();
  };
  if (me.data === undefined) {
    if (me.error instanceof ApiProblem && me.error.status === 401) return <SignIn onSignedIn={onSignedIn} />;
    if (me.error) {
      return (
        <main className="mx-auto max-w-lg p-8">
          <Failure error={me.error} onRetry={() => void me.refetch()} />
        </main>
      );
    }
    return null;
  }
  return (
    <MeContext value={me.data}>
      {/* Keeps unsent input. */}
      {children}
      {ended && <SignInAgain onSignedIn={onSignedIn} />}
    </MeContext>
  );
}

/**
 * In the browser's top layer, since an open dialog would keep the keyboard from anything else. Only signing
 * in closes it.
 */
function SignInAgain({ onSignedIn }: { onSignedIn: () => void }) {
  const show = useCallback((dialog: HTMLDialogElement) => {
    dialog.showModal();
    // `close` returns the focus to where it was; removing the element would not.
    return () => dialog.close();
  }, []);
  const keepOpen = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    // The key must not reach a dialog below.
    event.stopPropagation();
  };
  return createPortal(
    <dialog
      ref={show}
      aria-label="Sign in again"
      className="m-0 h-dvh max-h-none w-dvw max-w-none bg-ground/90 text-ink backdrop-blur-sm"
      onKeyDown={keepOpen}
      onCancel={(event) => event.preventDefault()}
    >
      <SignIn expired onSignedIn={onSignedIn} />
    </dialog>,
    document.body,
  );
}

export function useMe(): Me {
  const me = use(MeContext);
  if (me === null) throw new Error('There is no SessionGate around this.');
  return me;
}

/** What the caller's key allows. The API enforces it regardless of the page. */
export function useMay(): { operate: boolean; administer: boolean } {
  const { role } = useMe();
  return { operate: role !== 'viewer', administer: role === 'admin' };
}
