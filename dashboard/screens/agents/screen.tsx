import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Scale } from 'lucide-react';
import { buttonStyle } from '../../ui/button.tsx';
import { Page } from '../../ui/page.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { AgentList } from './agent-list.tsx';
import { NumberList } from './number-list.tsx';
import { VoiceList } from './voice-list.tsx';

/** Agents, voices and numbers, as the voice provider lists them. */
export function AgentsScreen() {
  const { tab = 'agents' } = useSearch({ from: '/agents' });
  const navigate = useNavigate();
  return (
    <Page
      title="Agents"
      name="Agents"
      subtitle="As they are kept at the voice provider"
      actions={
        <Link to="/agents/compare" className={buttonStyle()}>
          <Scale aria-hidden />
          Compare two
        </Link>
      }
    >
      <Tabs
        label="Agents, voices and numbers"
        value={tab}
        onChange={(next) => void navigate({ to: '/agents', search: next === 'agents' ? {} : { tab: next } })}
        items={[
          { value: 'agents', label: 'Agents', content: <AgentList /> },
          { value: 'voices', label: 'Voices', content: <VoiceList /> },
          { value: 'numbers', label: 'Phone numbers', content: <NumberList /> },
        ]}
      />
    </Page>
  );
}
