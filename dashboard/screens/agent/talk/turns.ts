/** One talk after the other, of which only the latest is heard. */
export interface Turns<Action> {
  /** Begins the next; those before it are heard no more. */
  next(): Turn<Action>;
}

export interface Turn<Action> {
  tell(action: Action): void;
  isLatest(): boolean;
}

/** A talk's end may be told when the next one is under way already, which it must not end. */
export function createTurns<Action>(dispatch: (action: Action) => void): Turns<Action> {
  let latest = 0;
  return {
    next() {
      latest += 1;
      const own = latest;
      const isLatest = () => own === latest;
      return {
        isLatest,
        tell(action) {
          if (isLatest()) dispatch(action);
        },
      };
    },
  };
}
