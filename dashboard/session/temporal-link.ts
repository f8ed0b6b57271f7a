import type { Me } from '../client/generated.ts';

/** A workflow's address in Temporal's Web UI. */
export function workflowUrl({ webUrl, namespace }: NonNullable<Me['temporal']>, workflowId: string): string {
  return `${webUrl}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(workflowId)}`;
}
