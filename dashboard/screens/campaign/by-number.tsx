import { useQuery } from '@tanstack/react-query';
import { listPhoneNumbers, type Metrics } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { formatCents, formatCount, formatRate, formatSeconds } from '../../format/numbers.ts';
import { formatPhone } from '../../format/phone.ts';
import { Card } from '../../ui/card.tsx';
import { type FigureColumn, FiguresTable } from './figures-table.tsx';

type OwnNumber = Metrics['byNumber'][number];

const COLUMNS: readonly FigureColumn<OwnNumber>[] = [
  ['Calls', ({ calls }) => formatCount(calls)],
  ['Answered', ({ answered }) => formatCount(answered)],
  ['Answer rate', ({ answerRate }) => formatRate(answerRate)],
  ['Failed', ({ failed }) => formatCount(failed)],
  ['Conversions', ({ conversions }) => formatCount(conversions)],
  ['Average talk', ({ averageTalkSeconds }) => formatSeconds(averageTalkSeconds)],
  ['Cost', ({ costCents }) => formatCents(costCents)],
];

export function ByNumber({ numbers }: { numbers: readonly OwnNumber[] }) {
  const listed = useQuery({ queryKey: keys.phoneNumbers, queryFn: () => listPhoneNumbers() });
  const known = new Map(listed.data?.items.map((number) => [number.phoneNumberId, number]));
  return (
    <Card title="By number">
      <FiguresTable
        label="Figures by number"
        of="Called from"
        rows={numbers}
        idOf={({ phoneNumberId }) => phoneNumberId}
        nameOf={({ phoneNumberId }) => {
          const number = known.get(phoneNumberId);
          if (number === undefined) return phoneNumberId;
          return (
            <>
              <span className="whitespace-nowrap">{formatPhone(number.phoneNumber)}</span>{' '}
              <span className="font-normal text-muted">{number.label}</span>
            </>
          );
        }}
        columns={COLUMNS}
      />
    </Card>
  );
}
