import { useBlocker } from '@tanstack/react-router';

/** Whichever way one leaves a step, what was changed is saved; to another step one goes only when it could be. */
export function useSaveOnLeave({
  isDirty,
  isSavable,
  save,
}: {
  isDirty: boolean;
  /** What is filled in can be sent at all. */
  isSavable: boolean;
  save: () => Promise<unknown>;
}): void {
  useBlocker({
    shouldBlockFn: async ({ next }) => {
      if (!isDirty) return false;
      const isStep = next.pathname === '/launch';
      if (!isSavable) return isStep;
      return await save().then(
        () => false,
        () => isStep,
      );
    },
    enableBeforeUnload: () => isDirty,
  });
}
