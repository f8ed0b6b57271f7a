import { useQuery } from '@tanstack/react-query';
import { Plus, X } from 'lucide-react';
import { type CampaignSettingsInput, readAgent } from '../client/generated.ts';
import { keys } from '../client/keys.ts';
import { entriesOf } from '../format/words.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Field, NativeSelect } from '../ui/field.tsx';
import { Section, useError, WordsField } from './controls.tsx';
import { CriterionFields, DataFields, type KnownNames } from './conversion-fields.tsx';
import type { ConversionRule, SectionProps } from './value.ts';

type Kind = ConversionRule['rule'];

/** Maximum depth of nested rules. */
const DEEPEST = 3;
const MAX_RULES = 20;

const KINDS: Record<Kind, string> = {
  call_successful: 'The agent calls it a success',
  data_collection: 'A data field was collected',
  evaluation: 'A criterion came out so',
  keywords: 'The person said one of these words',
  all: 'All of these rules hold',
  any: 'Any of these rules holds',
  manual: 'A person marks it',
};

export function ConversionSection({
  value,
  change,
  agentId,
}: SectionProps & { agentId: string | undefined }) {
  const { data: agent } = useQuery({
    queryKey: keys.agent(agentId ?? ''),
    queryFn: () => readAgent(agentId ?? ''),
    enabled: agentId !== undefined,
  });
  return (
    <Section
      title="Conversion"
      about="What makes an answered call a conversion. People may always mark one by hand as well."
    >
      <RuleFields
        rule={(value.conversion ?? { rule: 'call_successful' }) as ConversionRule}
        path="conversion"
        depth={1}
        agent={agent}
        onChange={(conversion) =>
          change({ conversion: conversion as NonNullable<CampaignSettingsInput['conversion']> })
        }
      />
    </Section>
  );
}

interface RuleProps {
  rule: ConversionRule;
  path: string;
  depth: number;
  agent: KnownNames | undefined;
  onChange: (rule: ConversionRule) => void;
}

function RuleFields(props: RuleProps) {
  const { rule, path, depth, onChange } = props;
  const kinds = entriesOf(KINDS).filter(
    ([kind]) => (kind !== 'manual' || depth === 1) && ((kind !== 'all' && kind !== 'any') || depth < DEEPEST),
  );
  const error = useError(path);
  const errorInRule = useError(`${path}.rule`);
  return (
    <div className="grid min-w-0 gap-3">
      <Field
        label={depth === 1 ? 'A call is a conversion when' : 'Rule'}
        error={error ?? errorInRule}
        className="max-w-sm"
      >
        {(control) => (
          <NativeSelect
            {...control}
            value={rule.rule}
            onChange={(event) => onChange(become(rule, event.target.value as Kind))}
          >
            {kinds.map(([kind, text]) => (
              <option key={kind} value={kind}>
                {text}
              </option>
            ))}
          </NativeSelect>
        )}
      </Field>
      <RuleDetail {...props} />
    </div>
  );
}

/** Converts a rule to another kind; `all` and `any` keep their nested rules. */
function become(rule: ConversionRule, kind: Kind): ConversionRule {
  switch (kind) {
    case 'call_successful':
    case 'manual':
      return { rule: kind };
    case 'data_collection':
      return { rule: kind, field: '' };
    case 'evaluation':
      return { rule: kind, criterion: '' };
    case 'keywords':
      return { rule: kind, keywords: [] };
    case 'all':
    case 'any':
      if (rule.rule === 'all' || rule.rule === 'any') return { ...rule, rule: kind };
      return { rule: kind, rules: [rule.rule === 'manual' ? { rule: 'call_successful' } : rule] };
  }
}

function RuleDetail(props: RuleProps) {
  const { rule, path, agent, onChange } = props;
  switch (rule.rule) {
    case 'call_successful':
    case 'manual':
      return null;
    case 'data_collection':
      return <DataFields rule={rule} path={path} agent={agent} onChange={onChange} />;
    case 'evaluation':
      return <CriterionFields rule={rule} path={path} agent={agent} onChange={onChange} />;
    case 'keywords':
      return (
        <WordsField
          label="Words or phrases"
          hint="With commas between them"
          path={`${path}.keywords`}
          words={rule.keywords}
          onChange={(keywords) => onChange({ ...rule, keywords })}
        />
      );
    case 'all':
    case 'any':
      return <Combined {...props} rule={rule} />;
  }
}

function Combined({
  rule,
  path,
  depth,
  agent,
  onChange,
}: Omit<RuleProps, 'rule'> & { rule: Extract<ConversionRule, { rule: 'all' | 'any' }> }) {
  const { rules } = rule;
  const replace = (next: ConversionRule[]) => onChange({ ...rule, rules: next });
  return (
    <div className="grid gap-2">
      <ol className="grid gap-2" aria-label={rule.rule === 'all' ? 'All of' : 'Any of'}>
        {rules.map((inner, index) => (
          // Rules are identified by their position.
          // biome-ignore lint/suspicious/noArrayIndexKey: see above.
          <li key={index} className="flex items-start gap-2 rounded-md border bg-ground p-3">
            <div className="min-w-0 flex-1">
              <RuleFields
                rule={inner}
                path={`${path}.rules.${index}`}
                depth={depth + 1}
                agent={agent}
                onChange={(next) => replace(rules.map((each, at) => (at === index ? next : each)))}
              />
            </div>
            <IconButton
              label={`Remove rule ${index + 1}`}
              icon={<X />}
              disabled={rules.length === 1}
              onClick={() => replace(rules.filter((_, at) => at !== index))}
            />
          </li>
        ))}
      </ol>
      <div>
        <Button
          size="small"
          icon={<Plus />}
          disabled={rules.length >= MAX_RULES}
          onClick={() => replace([...rules, { rule: 'call_successful' }])}
        >
          Rule
        </Button>
      </div>
    </div>
  );
}
