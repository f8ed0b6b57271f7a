import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type OptOut, removeOptOut } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { formatPhone } from '../../format/phone.ts';
import { Confirm } from '../../ui/dialog.tsx';
import { toastDone } from '../../ui/toast.tsx';

/** Confirms that a number may be called again. */
export function RemoveOptOut({ optOut, onClose }: { optOut: OptOut | null; onClose: () => void }) {
  const client = useQueryClient();
  // The number stays while the dialog fades out.
  const [shown, setShown] = useState(optOut);
  if (optOut !== null && optOut !== shown) setShown(optOut);
  const remove = async () => {
    if (optOut === null) return;
    await removeOptOut(optOut.phone);
    await client.invalidateQueries({ queryKey: keys.optOuts });
    toastDone('Removed from the opt-outs', formatPhone(optOut.phone));
  };
  return (
    <Confirm
      open={optOut !== null}
      onOpenChange={(open) => !open && onClose()}
      title={`Remove ${formatPhone(shown?.phone ?? '')} from the opt-outs?`}
      action="Remove opt-out"
      variant="danger"
      onConfirm={remove}
    >
      <p>
        Every campaign may call and text this person again. Do this only if they have asked for it, or the
        number is somebody else’s now.
      </p>
      {shown !== null && <p>It was put here with: “{shown.reason}”</p>}
      <p>Who removed it is noted in the audit log.</p>
    </Confirm>
  );
}
