/** What the holder of an API key may do; each role may do what the one before it may. */
export const API_ROLES = ['viewer', 'operator', 'admin'] as const;
export type ApiRole = (typeof API_ROLES)[number];

/** Who makes a request. */
export interface Actor {
  /** The API key's id. */
  id: string;
  role: ApiRole;
}
