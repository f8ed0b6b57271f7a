/** Consecutive talks, of which only the latest may change the state. */
export interface Runs<Action> {
  /** Begins the next one; earlier ones are ignored from now on. */
  next(): Run<Action>;
}

export interface Run<Action> {
  send(action: Action): void;
  isLatest(): boolean;
}

/** The end of a talk may arrive after the next one has begun, which it must not end. */
export function createRuns<Action>(dispatch: (action: Action) => void): Runs<Action> {
  let latest = 0;
  return {
    next() {
      latest += 1;
      const own = latest;
      const isLatest = () => own === latest;
      return {
        isLatest,
        send(action) {
          if (isLatest()) dispatch(action);
        },
      };
    },
  };
}
