import type { Distribution } from 'aws-cdk-lib/aws-cloudfront';
import { Dashboard, GraphWidget, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { distributionMetric, outcomeMetric } from './metrics.ts';
import { region, type StackSettings } from './settings.ts';

const graph = (title: string, left: readonly IMetric[], right: readonly IMetric[] = []) =>
  new GraphWidget({ title, left: [...left], right: [...right], width: 12 });

const statuses = ['401', '403', '404', '502', '503', '504'] as const;
const renders = [
  ...['rendered', 'stored', 'source_missing', 'source_undecodable', 'source_too_large'],
  ...['source_unsupported', 'unavailable', 'internal'],
] as const;

/** What is served, how much of it comes from the caches, and how it ends. */
export function makeDashboard(
  scope: Construct,
  { name, originShieldRegion: shield }: Pick<StackSettings, 'name' | 'originShieldRegion'>,
  distribution: Distribution,
): void {
  const sum = (metric: string) => distributionMetric(distribution, metric, 'Sum');
  const average = (metric: string) => distributionMetric(distribution, metric, 'Average');
  const lambda = ['LambdaExecutionError', 'LambdaValidationError', 'LambdaLimitExceededErrors'];
  new Dashboard(scope, 'Dashboard', {
    dashboardName: name,
    widgets: [
      [
        graph('Requests', [sum('Requests')], [average('CacheHitRate')]),
        graph(
          'Errors, per cent',
          statuses.map((status) => average(`${status}ErrorRate`)),
        ),
      ],
      [
        graph(
          'Answers of origin-response, in the Region of Origin Shield',
          renders.map((outcome) => outcomeMetric('origin-response', outcome, shield || region)),
        ),
        graph('Functions that failed', lambda.map(sum), [sum('BytesDownloaded')]),
      ],
    ],
  });
}
