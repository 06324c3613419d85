import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { StackSettings } from './settings.ts';

/** The retention times that CloudWatch offers, in days. */
const choices = Object.values(RetentionDays).filter((days) => typeof days === 'number');

/** The shortest retention time of CloudWatch that is not below `logDays`. */
export function logRetention({ logDays }: Pick<StackSettings, 'logDays'>): RetentionDays {
  return choices.find((days) => days >= logDays) ?? RetentionDays.TEN_YEARS;
}
