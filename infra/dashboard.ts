import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { AlarmParts } from './alarm-metrics.ts';
import { distributionMetric, outcomeMetric, rotationMetric } from './metrics.ts';
import { region } from './settings.ts';

const makeGraph = (title: string, left: readonly IMetric[], right: readonly IMetric[] = []) =>
  new GraphWidget({ title, left: [...left], right: [...right], width: 12 });

const statuses = ['401', '403', '404', '502', '503', '504'] as const;
const renders = [
  ...['rendered', 'stored', 'source_missing', 'source_undecodable', 'source_too_large'],
  ...['source_unsupported', 'unavailable', 'internal'],
] as const;

/** The rows about purges and rotations. */
const maintenanceRow = ({ settings, queue, deadLetters, purge }: AlarmParts) => [
  makeGraph(
    'Purge queue: messages, and the age of the oldest in seconds',
    [
      queue.metricApproximateNumberOfMessagesVisible(),
      deadLetters.metricApproximateNumberOfMessagesVisible(),
    ],
    [queue.metricApproximateAgeOfOldestMessage()],
  ),
  makeGraph(
    'Purge function; rotation of the root keys',
    [purge.metricErrors(), purge.metricThrottles()],
    [rotationMetric(settings)],
  ),
];

/** Makes the dashboard: the state of the alarms, requests, cache hits, errors, the outcomes of renders, and purges. */
export function makeDashboard(scope: Construct, parts: AlarmParts, alarms: readonly Alarm[]): void {
  const { settings, distribution } = parts;
  const { name, originShieldRegion: shield } = settings;
  const sum = (metric: string) => distributionMetric(distribution, metric, 'Sum');
  const average = (metric: string) => distributionMetric(distribution, metric, 'Average');
  const lambda = ['LambdaExecutionError', 'LambdaValidationError', 'LambdaLimitExceededErrors'];
  new Dashboard(scope, 'Dashboard', {
    dashboardName: name,
    widgets: [
      [new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: 24 })],
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
      maintenanceRow(parts),
    ],
  });
}
