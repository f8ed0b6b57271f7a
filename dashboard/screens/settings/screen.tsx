import { useNavigate, useSearch } from '@tanstack/react-router';
import { Page } from '../../ui/page.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { Health } from './health.tsx';
import { Keys } from './keys.tsx';
import { Webhooks } from './webhooks.tsx';

export function SettingsScreen() {
  const { tab = 'health' } = useSearch({ from: '/settings' });
  const navigate = useNavigate();
  return (
    <Page title="Settings" name="Settings">
      <Tabs
        label="Settings"
        value={tab}
        onChange={(next) => void navigate({ to: '/settings', search: { tab: next } })}
        items={[
          { value: 'health', label: 'Health', content: <Health /> },
          { value: 'keys', label: 'API keys', content: <Keys /> },
          { value: 'webhooks', label: 'Webhooks', content: <Webhooks /> },
        ]}
      />
    </Page>
  );
}
