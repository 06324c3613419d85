import { anyOf, type Matcher, mayTouch } from './invalidation.ts';

/** One fetch under way; invalidations that came meanwhile decide what it may still store. */
export type Flight = {
  readonly key: string;
  /** Whether an invalidation that came after the start covers what was fetched. */
  readonly outdated: Matcher;
};

type Airborne<T> = {
  readonly flight: Flight;
  readonly invalidations: Matcher[];
  readonly landed: Promise<T>;
};

/** Requests that share one fetch. */
export type Flights<T> = {
  /** Joins the flight of that name, or starts it; `joined` says which. */
  readonly join: (
    name: string,
    key: string,
    fly: (flight: Flight) => Promise<T>,
  ) => { readonly landed: Promise<T>; readonly joined: boolean };
  readonly invalidate: (items: readonly string[]) => void;
  readonly allLanded: () => Promise<void>;
};

/**
 * Collapses concurrent fetches of one name. Invariant: nothing read from the origin before an
 * invalidation is stored, or given to a request that came, after it.
 */
export function createFlights<T>(): Flights<T> {
  const joinable = new Map<string, Airborne<T>>();
  const airborne = new Set<Airborne<T>>();

  const start = (name: string, key: string, fly: (flight: Flight) => Promise<T>): Airborne<T> => {
    const invalidations: Matcher[] = [];
    const flight: Flight = {
      key,
      outdated: (at, tags) => invalidations.some((matches) => matches(at, tags)),
    };
    const landed = fly(flight).finally(() => {
      airborne.delete(started);
      if (joinable.get(name) === started) joinable.delete(name);
    });
    const started: Airborne<T> = { flight, invalidations, landed };
    airborne.add(started);
    joinable.set(name, started);
    return started;
  };

  return {
    join: (name, key, fly) => {
      const found = joinable.get(name);
      return { landed: (found ?? start(name, key, fly)).landed, joined: found !== undefined };
    },
    invalidate: (items) => {
      for (const { invalidations } of airborne) invalidations.push(anyOf(items));
      for (const [name, { flight }] of joinable) {
        if (mayTouch(items, flight.key)) joinable.delete(name);
      }
    },
    allLanded: async () => {
      await Promise.allSettled([...airborne].map(({ landed }) => landed));
    },
  };
}
