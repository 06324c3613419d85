import { CloudFrontClient, CreateInvalidationCommand } from '@aws-sdk/client-cloudfront';
import type { Invalidate } from '../ports.ts';
import { type AwsAccess, clientOptions, type Patience, portFailure } from './aws-client.ts';

/** The most items that CloudFront accepts in one invalidation. */
const batch = 3_000;

/** Implements `Invalidate` for a distribution. Each tag becomes an item `#tag`. */
export function createInvalidate(
  access: AwsAccess,
  patience: Patience,
  distributionId: string,
): Invalidate {
  const client = new CloudFrontClient(clientOptions(access, patience));
  return async (tags) => {
    for (let at = 0; at < tags.length; at += batch) {
      const items = tags.slice(at, at + batch).map((tag) => `#${tag}`);
      const Paths = { Quantity: items.length, Items: items };
      const CallerReference = `signet-${Date.now()}-${Math.random()}`;
      await client
        .send(
          new CreateInvalidationCommand({
            DistributionId: distributionId,
            InvalidationBatch: { CallerReference, Paths },
          }),
        )
        .catch((thrown: unknown) => {
          throw portFailure('CloudFront invalidation', thrown, 'cloudfront:CreateInvalidation');
        });
    }
  };
}
