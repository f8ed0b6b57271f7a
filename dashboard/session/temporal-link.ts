import type { Me } from '../client/generated.ts';

/** Where Temporal's Web UI shows a workflow. */
export function workflowUrl({ webUrl, namespace }: NonNullable<Me['temporal']>, workflowId: string): string {
  return `${webUrl}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(workflowId)}`;
}
