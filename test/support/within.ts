/** How long a test waits for what must come: the machine may be busy with much else. */
export const WITHIN = { timeout: 45_000, interval: 20 };
