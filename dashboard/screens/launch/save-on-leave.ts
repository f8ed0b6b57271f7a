import { useBlocker } from '@tanstack/react-router';

/** Saves changes however the step is left; another step opens only after a successful save. */
export function useSaveOnLeave({
  isDirty,
  isSavable,
  save,
}: {
  isDirty: boolean;
  /** The form's values can be sent. */
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
