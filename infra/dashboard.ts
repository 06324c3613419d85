import type { Distribution } from 'aws-cdk-lib/aws-cloudfront';
import { Dashboard, GraphWidget, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { distributionMetric, outcomeMetric } from './metrics.ts';
import { region, type StackSettings } from './settings.ts';

const makeGraph = (title: string, left: readonly IMetric[], right: readonly IMetric[] = []) =>
  new GraphWidget({ title, left: [...left], right: [...right], width: 12 });

const statuses = ['401', '403', '404', '502', '503', '504'] as const;
const renders = [
  ...['rendered', 'stored', 'source_missing', 'source_undecodable', 'source_too_large'],
  ...['source_unsupported', 'unavailable', 'internal'],
] as const;

/** Makes the dashboard: requests, cache hits, errors and the outcomes of renders. */
export function makeDashboard(
  scope: Construct,
  settings: Pick<StackSettings, 'name' | 'originShieldRegion' | 'secretsPrefix'>,
  distribution: Distribution,
): void {
  const { name, originShieldRegion: shield } = settings;
  const sum = (metric: string) => distributionMetric(distribution, metric, 'Sum');
  const average = (metric: string) => distributionMetric(distribution, metric, 'Average');
  const lambda = ['LambdaExecutionError', 'LambdaValidationError', 'LambdaLimitExceededErrors'];
  new Dashboard(scope, 'Dashboard', {
    dashboardName: name,
    widgets: [
      [
        makeGraph('Requests', [sum('Requests')], [average('CacheHitRate')]),
        makeGraph(
          'Errors (%)',
          statuses.map((status) => average(`${status}ErrorRate`)),
        ),
      ],
      [
        makeGraph(
          'Outcomes of origin-response in the Origin Shield Region',
          renders.map((outcome) =>
            outcomeMetric(settings, 'origin-response', outcome, shield || region),
          ),
        ),
        makeGraph('Function errors', lambda.map(sum), [sum('BytesDownloaded')]),
      ],
    ],
  });
}
