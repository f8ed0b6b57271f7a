import { campaignWorkflowId, SEARCH_ATTRIBUTES } from '#domain/ids.ts';

/** Where to look next, one address a line. `webUrl` is null when Temporal is not embedded. */
export function renderAddresses(options: {
  apiUrl: string;
  apiKey: string;
  webUrl: string | null;
  namespace: string;
  campaignId: string;
}): string[] {
  const { apiUrl, campaignId } = options;
  const lines = [
    'Look around',
    `  dashboard  ${apiUrl}/campaigns/${campaignId}`,
    `  API docs   ${apiUrl}/docs`,
    `  campaign   ${apiUrl}/api/campaigns/${campaignId}`,
    `  API key    ${options.apiKey}`,
  ];
  if (options.webUrl === null) return lines;
  const workflows = `${options.webUrl}/namespaces/${encodeURIComponent(options.namespace)}/workflows`;
  const query = encodeURIComponent(`${SEARCH_ATTRIBUTES.campaign}="${campaignId}"`);
  return [
    ...lines,
    `  Web UI     ${workflows}/${encodeURIComponent(campaignWorkflowId(campaignId))}`,
    `  its leads  ${workflows}?query=${query}`,
  ];
}
