import type { Decision } from '../client/generated.ts';
import { ruleText } from '../format/rules.ts';
import { Fold } from '../ui/fold.tsx';

/** The basis of the gate's decision: the rule, the versions, and every fact it read. */
export function DecisionDetail({
  decision,
  isTitled = true,
}: {
  decision: NonNullable<Decision>;
  /** The verdict is already shown above. */
  isTitled?: boolean;
}) {
  const { rule, detail, rulesVersion, settingsVersion, facts } = decision;
  return (
    <div className="grid gap-1 text-muted">
      <p>
        {!isTitled && <>{decisionTitle(decision)}. </>}
        {rule !== null && <>Rule: {ruleText(rule)}. </>}
        {detail !== null && <>{detail} </>}
        Rules of {rulesVersion}
        {settingsVersion === null ? '' : `, settings version ${settingsVersion}`}.
      </p>
      <Fold summary="What the gate knew" json={facts} />
    </div>
  );
}

export function decisionTitle({ verdict }: NonNullable<Decision>): string {
  switch (verdict) {
    case 'go':
      return 'The gate said go';
    case 'wait':
      return 'The gate said wait';
    case 'never':
      return 'The gate said never';
  }
}
