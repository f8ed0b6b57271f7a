import { Download } from 'lucide-react';
import { Button } from '../../ui/button.tsx';
import { Menu } from '../../ui/menu.tsx';

/** Downloads all leads or calls of the campaign, whatever the filters. */
export function ExportMenu({ campaignId, what }: { campaignId: string; what: 'leads' | 'calls' }) {
  const get = (type: 'csv' | 'ndjson') => () =>
    download(`/api/campaigns/${campaignId}/export.${type}?what=${what}`);
  return (
    <Menu
      trigger={<Button icon={<Download />}>Export</Button>}
      entries={[
        { label: `All ${what} as CSV`, onSelect: get('csv') },
        { label: `All ${what} as NDJSON`, onSelect: get('ndjson') },
      ]}
    />
  );
}

/** With a link, a refusal fails the download instead of replacing the page. */
function download(href: string): void {
  const link = document.createElement('a');
  link.href = href;
  link.download = '';
  link.click();
}
