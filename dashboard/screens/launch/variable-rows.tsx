import { Plus, X } from 'lucide-react';
import { Button, IconButton } from '../../ui/button.tsx';
import { Input } from '../../ui/field.tsx';

export type Variables = readonly { name: string; value: string }[];

/** Variables for the agent, like those of a lead's columns. */
export function VariableRows({
  variables,
  onChange,
}: {
  variables: Variables;
  onChange: (variables: Variables) => void;
}) {
  const replace = (index: number, part: Partial<Variables[number]>) =>
    onChange(variables.map((each, at) => (at === index ? { ...each, ...part } : each)));
  return (
    <div className="grid gap-2">
      {variables.map(({ name, value }, index) => (
        // Rows being typed are identified by their position.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above.
        <div key={index} className="grid grid-cols-[1fr_1fr_2rem] gap-2">
          <Input
            aria-label={`Name of variable ${index + 1}`}
            placeholder="first_name"
            value={name}
            onChange={(event) => replace(index, { name: event.target.value.trim() })}
          />
          <Input
            aria-label={`Value of variable ${index + 1}`}
            placeholder="Ada"
            value={value}
            onChange={(event) => replace(index, { value: event.target.value })}
          />
          <IconButton
            label={`Remove variable ${index + 1}`}
            icon={<X />}
            onClick={() => onChange(variables.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      <Button
        size="small"
        variant="quiet"
        icon={<Plus />}
        className="justify-self-start"
        onClick={() => onChange([...variables, { name: '', value: '' }])}
      >
        Variable
      </Button>
    </div>
  );
}
