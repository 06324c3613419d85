import type { Clock } from '../ports.ts';

/** Codes of a refused signature. The clock is at fault if it differs much from the service's. */
const signatureCodes: ReadonlySet<string | undefined> = new Set([
  ...['RequestTimeTooSkewed', 'RequestExpired', 'RequestInTheFuture', 'AuthFailure'],
  ...['InvalidSignatureException', 'SignatureDoesNotMatch'],
]);

/** Services accept five minutes at least; S3 accepts fifteen. */
const skewMilliseconds = 300_000;

/** An error of a service. */
type ClockRefusal = {
  readonly code: string | undefined;
  /** The `date` header of the answer. */
  readonly date: string | undefined;
  /** The time that the request was signed with. */
  readonly signedAt: number;
};

/** The clock of a service, as far as it is known. */
export type ServiceClock = {
  readonly now: Clock;
  /** Sets the clock by an answer that refuses the signature. False if the clock is not at fault. */
  readonly correct: (refusal: ClockRefusal) => boolean;
};

/** A service's clock, which begins as our own. */
export function serviceClock(clock: Clock): ServiceClock {
  let offset = 0;
  return {
    now: () => clock() + offset,
    correct: ({ code, date = '', signedAt }) => {
      const at = Date.parse(date);
      const isSkewed = Math.abs(at - signedAt) >= skewMilliseconds;
      if (!signatureCodes.has(code) || !isSkewed) return false;
      offset = at - clock();
      return true;
    },
  };
}
