import { Bookmark } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field, Input } from '../../ui/field.tsx';
import { Menu, type MenuEntry } from '../../ui/menu.tsx';
import { toastDone } from '../../ui/toast.tsx';
import { type CallsSearch, callsSearch } from './search.ts';

/** Named filters, stored in this browser. */
interface SavedView {
  name: string;
  search: CallsSearch;
}

const STORED_AS = 'ringleader.calls.views';
const MAX_VIEWS = 30;
const LONGEST_NAME = 60;

/** Stored data may be outdated or edited; invalid parts are dropped. */
function readViews(): SavedView[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORED_AS) ?? '[]');
    if (!Array.isArray(stored)) return [];
    return stored
      .filter((view) => typeof view?.name === 'string' && typeof view?.search === 'object')
      .map(({ name, search }) => ({ name, search: callsSearch(search ?? {}) }));
  } catch {
    return [];
  }
}

function storeViews(views: SavedView[]): void {
  try {
    localStorage.setItem(STORED_AS, JSON.stringify(views));
  } catch {
    // Without storage the list works all the same.
  }
}

export function sameFilters(one: CallsSearch, other: CallsSearch): boolean {
  const bare = ({ selected: _, ...rest }: CallsSearch) => JSON.stringify(callsSearch(rest));
  return bare(one) === bare(other);
}

/** Applies, saves and deletes named filters. */
export function SavedViews({
  search,
  onChoose,
}: {
  search: CallsSearch;
  onChoose: (search: CallsSearch) => void;
}) {
  const [views, setViews] = useState(readViews);
  const [naming, setNaming] = useState(false);
  const change = (next: SavedView[]) => {
    setViews(next);
    storeViews(next);
  };
  const shown = views.find((view) => sameFilters(view.search, search));
  const entries: MenuEntry[] = [
    ...views.map((view) => ({ label: view.name, onSelect: () => onChoose(view.search) })),
    { label: 'Save these filters…', onSelect: () => setNaming(true), disabled: shown !== undefined },
    ...(shown === undefined
      ? []
      : [
          {
            label: `Forget “${shown.name}”`,
            danger: true,
            onSelect: () => change(views.filter((view) => view !== shown)),
          },
        ]),
  ];
  const save = (name: string) => {
    const { selected: _, ...filters } = search;
    change([
      ...views.filter((view) => view.name !== name).slice(1 - MAX_VIEWS),
      { name, search: callsSearch(filters) },
    ]);
    setNaming(false);
    toastDone(`Saved as “${name}”`, 'It is kept in this browser.');
  };
  return (
    <>
      <Menu trigger={<Button icon={<Bookmark />}>{shown?.name ?? 'Views'}</Button>} entries={entries} />
      <Dialog open={naming} onOpenChange={setNaming} title="Save these filters">
        {naming && <NameForm onSave={save} />}
      </Dialog>
    </>
  );
}

function NameForm({ onSave }: { onSave: (name: string) => void }) {
  const [name, setName] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== '') onSave(name.trim());
  };
  return (
    <form onSubmit={submit} className="grid gap-4">
      <Field label="Name" hint="One of the same name is replaced.">
        {(control) => (
          <Input
            {...control}
            value={name}
            maxLength={LONGEST_NAME}
            required
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      <div className="flex justify-end">
        <Button type="submit" variant="primary" disabled={name.trim() === ''}>
          Save view
        </Button>
      </div>
    </form>
  );
}
