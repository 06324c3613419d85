import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** A request header by which a viewer chooses an edge location. CloudFront has no such header. */
export const locationHeader = 'x-signet-location';

/** The name of a location, given its index, in the form of `x-amz-cf-pop`. */
export const edgeLocationName = (location: number): string => `LOCAL${location + 1}-C1`;

/** The index of the location that a viewer reaches. Undefined if it asks for one that does not exist. */
export type ChooseLocation = (message: IncomingMessage) => number | undefined;

/**
 * Distributes viewers over locations. A viewer stays at one location for a connection, and each new connection goes
 * to the next one. The header chooses a location by its number, from 1.
 */
export function createLocationChoice(count: number): ChooseLocation {
  const chosen = new WeakMap<Socket, number>();
  let connections = 0;
  return ({ headers, socket }) => {
    const asked = headers[locationHeader];
    if (asked !== undefined) {
      const number = /^[1-9][0-9]?$/.test(String(asked)) ? Number(asked) : Number.NaN;
      return number <= count ? number - 1 : undefined;
    }
    const location = chosen.get(socket) ?? connections++ % count;
    chosen.set(socket, location);
    return location;
  };
}
