import { ApplicationFailure } from '@temporalio/activity';
import { ApplicationFailureCategory } from '@temporalio/common';
import { PermanentFailure, RetryLater } from '#services/errors.ts';

/** Runs a use case as an activity: what it throws on purpose becomes the failure that Temporal acts on. */
export async function asActivity<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RetryLater) {
      throw ApplicationFailure.create({
        type: error.type,
        message: error.message,
        ...(error.delayMs === null ? {} : { nextRetryDelay: error.delayMs }),
        ...(error.expected ? { category: ApplicationFailureCategory.BENIGN } : {}),
      });
    }
    if (error instanceof PermanentFailure) throw ApplicationFailure.nonRetryable(error.message, error.type);
    throw error;
  }
}
