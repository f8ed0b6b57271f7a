/** Where an external part comes from. */
export type Source = 'embedded' | 'simulated' | 'configured' | 'missing';

export interface StackPlan {
  readonly database: Source;
  readonly temporal: Source;
  readonly elevenLabs: Source;
  readonly twilio: Source;
  readonly mail: Source;
}

/**
 * Which parts the environment configures, and which are embedded or simulated. With one real provider nothing
 * is simulated for the other. `alwaysSimulate` ignores the providers' keys.
 */
export function planStack(env: NodeJS.ProcessEnv, alwaysSimulate: boolean): StackPlan {
  const simulate = alwaysSimulate || !env.ELEVENLABS_API_KEY;
  const mailConfigured = Boolean(env.SMTP_URL) && !alwaysSimulate;
  const twilioConfigured = Boolean(env.TWILIO_ACCOUNT_SID) && !alwaysSimulate;
  return {
    database: env.DATABASE_URL ? 'configured' : 'embedded',
    temporal: env.TEMPORAL_ADDRESS ? 'configured' : 'embedded',
    elevenLabs: simulate ? 'simulated' : 'configured',
    twilio: twilioConfigured ? 'configured' : simulate ? 'simulated' : 'missing',
    mail: mailConfigured ? 'configured' : simulate ? 'simulated' : 'missing',
  };
}

export function describePlan(plan: StackPlan): string[] {
  return [
    `  database    ${wordsFor(plan.database, 'PostgreSQL from npm; DATABASE_URL names another', 'DATABASE_URL')}`,
    `  Temporal    ${wordsFor(plan.temporal, 'development server; TEMPORAL_ADDRESS names another', 'TEMPORAL_ADDRESS')}`,
    `  ElevenLabs  ${wordsFor(plan.elevenLabs, 'no real calls; ELEVENLABS_API_KEY makes them real', 'ELEVENLABS_API_KEY')}`,
    `  Twilio      ${wordsFor(plan.twilio, 'no real texts; TWILIO_ACCOUNT_SID makes them real', 'TWILIO_ACCOUNT_SID')}`,
    `  mail        ${wordsFor(plan.mail, 'kept by the simulator; SMTP_URL sends them', 'SMTP_URL')}`,
  ];
}

function wordsFor(source: Source, ownDetail: string, variable: string): string {
  switch (source) {
    case 'embedded':
      return `embedded (${ownDetail})`;
    case 'simulated':
      return `simulated (${ownDetail})`;
    case 'configured':
      return `as set in ${variable}`;
    case 'missing':
      return `not configured (${variable} is not set)`;
  }
}
