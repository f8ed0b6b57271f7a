import type { Call } from '../client/generated.ts';
import { endCall } from '../client/generated.ts';
import { Confirm } from '../ui/dialog.tsx';
import { toastDone } from '../ui/toast.tsx';
import { partyOf } from './party.ts';

/** Confirms hanging up a call in flight. */
export function EndCallConfirm({ call, onClose }: { call: Call | null; onClose: () => void }) {
  return (
    <Confirm
      open={call !== null}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title="End this call?"
      action="End call"
      variant="danger"
      onConfirm={async () => {
        if (call === null) return;
        await endCall(call.id);
        toastDone('The call is being ended', 'What came of it is shown as for every call.');
      }}
    >
      {call !== null && (
        <p>
          1 call is cut: the one with <strong className="text-ink">{partyOf(call)}</strong>. The agent says no
          goodbye.
        </p>
      )}
    </Confirm>
  );
}
