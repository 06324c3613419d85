import { usualAssumptions } from '../../../operator/cost/estimate.ts';
import {
  deliveryUsd,
  lambdaUsd,
  logLinesUsd,
  rendersUsd,
  requestsUsd,
  storageUsd,
} from '../../../operator/cost/unit-usd.ts';

const million = 1_000_000;

/** Three digits that count; a cent is no help for what costs a thousandth of it. */
const printUsd = (usd: number): string => `USD ${usd.toPrecision(3)}`;

/** What a picture of so many bytes costs on AWS: a million views, making it once, and keeping it for a year. */
export function printUrlCost(bytes: number): readonly (readonly [name: string, value: string])[] {
  const { viewerSeconds, viewerGigabytes, renderSeconds, renderGigabytes, logOneIn, logLineBytes } =
    usualAssumptions;
  const views =
    requestsUsd(million) +
    deliveryUsd(million * bytes) +
    lambdaUsd(million, million * viewerSeconds, viewerGigabytes) +
    logLinesUsd(million / logOneIn, logLineBytes);
  return [
    ['A million views', printUsd(views)],
    ['Making it once', printUsd(rendersUsd(1, renderSeconds, renderGigabytes))],
    ['Storing it for a year', printUsd(12 * storageUsd(bytes))],
  ];
}
