import './styles.css';
import './client/setup.ts';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from './client/query-client.ts';
import { LiveProvider } from './live/provider.tsx';
import { router } from './router.tsx';
import { SessionGate } from './session/session.tsx';
import { applyTheme } from './shell/theme.ts';
import { Toasts } from './ui/toast.tsx';

applyTheme();

const place = document.getElementById('root');
if (place === null) throw new Error('The page has no place for the dashboard.');
createRoot(place).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <SessionGate>
        <LiveProvider>
          <RouterProvider router={router} />
        </LiveProvider>
      </SessionGate>
      <Toasts />
    </QueryClientProvider>
  </StrictMode>,
);
