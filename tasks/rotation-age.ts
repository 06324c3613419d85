import { DescribeSecretCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { portFailure } from '../shared/adapters/aws-client.ts';
import { rotationAgeMetric } from '../shared/deployment/rotation-age.ts';

const dayMilliseconds = 86_400_000;

/** The days since a secret was rotated, or since it was created if it never was. Throws `PortFailure`. */
export async function daysSinceRotation(
  client: SecretsManagerClient,
  id: string,
  now: number,
): Promise<number> {
  const { LastRotatedDate, CreatedDate } = await client
    .send(new DescribeSecretCommand({ SecretId: id }))
    .catch((thrown: unknown) => {
      throw portFailure(`Secrets Manager look at ${id}`, thrown, 'secretsmanager:DescribeSecret');
    });
  const since = LastRotatedDate ?? CreatedDate ?? new Date(now);
  return Math.max(0, (now - since.getTime()) / dayMilliseconds);
}

/**
 * A log line from which CloudWatch makes the metric of the alarm on rotations.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function rotationAgeLine(days: number, now: number, namespace: string): string {
  const { metricName, dimensions } = rotationAgeMetric;
  const metrics = {
    Namespace: namespace,
    Dimensions: [Object.keys(dimensions)],
    Metrics: [{ Name: metricName, Unit: 'None' }],
  };
  return JSON.stringify({
    ...dimensions,
    [metricName]: Math.round(days * 100) / 100,
    _aws: { Timestamp: now, CloudWatchMetrics: [metrics] },
  });
}
