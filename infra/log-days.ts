import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { StackSettings } from './settings.ts';

/** The days that CloudWatch can keep lines for. */
const choices = Object.values(RetentionDays).filter((days) => typeof days === 'number');

/** As many days as are wanted, or the next more that CloudWatch has. */
export function logDays({ logDays: wanted }: Pick<StackSettings, 'logDays'>): RetentionDays {
  return choices.find((days) => days >= wanted) ?? RetentionDays.TEN_YEARS;
}
