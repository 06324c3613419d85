import {
  Alarm,
  type AlarmProps,
  ComparisonOperator,
  type IMetric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import {
  type AlarmCondition,
  type AlarmId,
  alarmTexts,
  rateDatapoints,
} from '../shared/deployment/alarms.ts';
import { type AlarmParts, alarmMetrics } from './alarm-metrics.ts';
import type { StackSettings } from './settings.ts';

/** What CloudWatch compares, and for how long. */
type Comparison = Pick<AlarmProps, 'threshold' | 'evaluationPeriods' | 'datapointsToAlarm'> & {
  readonly comparisonOperator: ComparisonOperator;
  readonly treatMissingData: TreatMissingData;
};

const above = {
  evaluationPeriods: 1,
  comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
  treatMissingData: TreatMissingData.NOT_BREACHING,
} as const;

function comparisonOf(condition: AlarmCondition, settings: StackSettings): Comparison {
  if ('percent' in condition)
    return {
      ...above,
      threshold: condition.percent,
      evaluationPeriods: rateDatapoints.evaluated,
      datapointsToAlarm: rateDatapoints.breaching,
    };
  // The check that writes this metric runs twice a day. If it stops, nobody would learn of a missed rotation.
  if ('late' in condition)
    return {
      ...above,
      threshold: settings[condition.setting] + condition.late,
      evaluationPeriods: 2,
      treatMissingData: TreatMissingData.BREACHING,
    };
  if ('below' in condition)
    return {
      threshold: condition.below,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      // An expired certificate has no metric any more.
      treatMissingData: TreatMissingData.IGNORE,
    };
  return { ...above, threshold: condition.above };
}

function makeTopic(scope: Construct, { alarmEmail, account }: StackSettings): Topic {
  const topic = new Topic(scope, 'Alarms', { enforceSSL: true });
  topic.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: { StringEquals: { 'aws:SourceAccount': account } },
    }),
  );
  if (alarmEmail !== undefined) topic.addSubscription(new EmailSubscription(alarmEmail));
  return topic;
}

/** CloudWatch shows plain text. */
const plainText = (text: string, { name }: StackSettings): string =>
  text.replaceAll('`', '').replaceAll('STACK', name);

function makeAlarm(
  scope: Construct,
  settings: StackSettings,
  [id, metric]: readonly [AlarmId, IMetric],
): Alarm {
  const { condition, means, todo } = alarmTexts[id];
  return new Alarm(scope, id, {
    alarmName: `${settings.name}-${id}`,
    alarmDescription: plainText(`It means: ${means}. What to do: ${todo}.`, settings),
    metric,
    ...comparisonOf(condition, settings),
  });
}

/** Makes the alarms, which tell one topic when they begin and when they end. */
export function makeAlarms(scope: Construct, parts: AlarmParts): readonly Alarm[] {
  const action = new SnsAction(makeTopic(scope, parts.settings));
  const metrics = Object.entries(alarmMetrics(parts)) as [AlarmId, IMetric][];
  return metrics.map((one) => {
    const alarm = makeAlarm(scope, parts.settings, one);
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
    return alarm;
  });
}
