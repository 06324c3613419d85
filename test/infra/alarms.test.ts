import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type AlarmCondition, type AlarmText, alarmTexts } from '../../shared/deployment/alarms.ts';
import { at, certificateArn, domains, ofType, type Template, templateFor } from './synth.ts';

/* The alarms of the template, and the expressions that CloudWatch would evaluate. */

const plain = templateFor();
const full = templateFor({ ...domains, alarmEmail: 'ops@example.com', rotationDays: 30 });

type Properties = Readonly<Record<string, unknown>>;

const alarmsOf = (template: Template): ReadonlyMap<string, Properties> =>
  new Map(
    ofType(template, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) => [
      String(Properties['AlarmName']).replace(/^signet-/, ''),
      Properties,
    ]),
  );
const alarms = alarmsOf(full);
const conditions = Object.entries(alarmTexts).map(
  ([id, { condition }]: readonly [string, AlarmText]) => [id, condition] as const,
);
const rates = conditions.flatMap(([id, condition]) =>
  'percent' in condition ? [[id, condition] as const] : [],
);

/** The part of CloudWatch's metric math that the alarms use. */
function evaluate(expression: string, values: Readonly<Record<string, number>>): number {
  const names = Object.keys(values);
  const choose = (condition: boolean, yes: number, no: number) => (condition ? yes : no);
  const run = new Function('IF', ...names, `return ${expression}`);
  return Number(run(choose, ...names.map((name) => values[name])));
}

const metricsOf = (id: string): readonly Properties[] => {
  const { Metrics } = alarms.get(id) ?? {};
  return (Metrics ?? []) as readonly Properties[];
};

/** The value of an alarm for a number of requests, of which some failed. */
function alarmValue(id: string, failed: number, total: number): number {
  const [result] = metricsOf(id).filter(({ ReturnData }) => ReturnData !== false);
  const percent = (100 * failed) / total;
  return evaluate(String(result?.['Expression']), { part: failed, total, percent });
}

const leastOf = (condition: Extract<AlarmCondition, { percent: number }>): number =>
  'ofRequests' in condition ? condition.ofRequests : condition.ofRuns;

describe('the alarms', () => {
  it('are those of the list', () => {
    expect([...alarms.keys()].toSorted()).toEqual(Object.keys(alarmTexts).toSorted());
  });

  it('tell the topic when they begin and when they end, and say what to do', () => {
    for (const [, found] of alarms) {
      const topic = [{ Ref: expect.stringMatching(/^Alarms/) }];
      expect([found['AlarmActions'], found['OKActions']]).toEqual([topic, topic]);
      expect(found['AlarmDescription']).toMatch(/^It means: .+\. What to do: .+\.$/);
      expect(found['AlarmDescription']).not.toMatch(/STACK|`/);
      // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
      expect(String(found['AlarmDescription']).length).toBeLessThanOrEqual(1_024);
    }
  });

  it.each(rates)('%s is a rate, in two of three periods of five minutes', (id) => {
    const [result, ...more] = metricsOf(id).filter(({ ReturnData }) => ReturnData !== false);
    expect([result?.['Expression'], more]).toEqual([expect.stringContaining('IF('), []]);
    expect(alarms.get(id)).toMatchObject({
      EvaluationPeriods: 3,
      DatapointsToAlarm: 2,
      TreatMissingData: 'notBreaching',
      ComparisonOperator: 'GreaterThanThreshold',
    });
    const periods = metricsOf(id).flatMap((one) => at(one, 'MetricStat', 'Period') ?? []);
    expect(new Set(periods)).toEqual(new Set([300]));
  });

  it.each(rates)(
    '%s waits for enough requests, and then compares a percentage',
    (id, condition) => {
      const least = leastOf(condition);
      const { percent } = condition;
      expect(alarms.get(id)?.['Threshold']).toBe(percent);
      expect(alarmValue(id, least - 1, least - 1)).toBe(0);
      expect(alarmValue(id, least, least)).toBe(100);
      expect(alarmValue(id, 10 * percent, 1_000)).toBeCloseTo(percent, 9);
      expect(alarmValue(id, 0, 1_000)).toBe(0);
    },
  );

  it('compare requests of this distribution, in the Region of the CloudFront metrics', () => {
    const lists = rates
      .flatMap(([id]) => metricsOf(id))
      .filter((one) => at(one, 'MetricStat', 'Metric', 'Namespace') === 'AWS/CloudFront')
      .map((one) => at(one, 'MetricStat', 'Metric', 'Dimensions') as readonly unknown[]);
    expect(lists.length).toBeGreaterThan(10);
    for (const list of lists)
      expect(list).toEqual(
        expect.arrayContaining([
          { Name: 'Region', Value: 'Global' },
          { Name: 'DistributionId', Value: { Ref: expect.stringMatching(/^Distribution/) } },
        ]),
      );
  });

  it('notice a rotation that did not happen, and a check that did not run', () => {
    expect(alarms.get('RotationOverdue')).toMatchObject({
      Threshold: 33,
      EvaluationPeriods: 2,
      TreatMissingData: 'breaching',
    });
    expect(metricsOf('RotationOverdue')).toMatchObject([
      { MetricStat: { Metric: { MetricName: 'daysSinceRotation' }, Period: 86_400 } },
    ]);
    expect(alarmsOf(plain).get('RotationOverdue')).toMatchObject({ Threshold: 93 });
  });

  it('notice a certificate that nobody renews, and keep doing so when it has expired', () => {
    expect(alarms.get('CertificateExpires')).toMatchObject({
      Namespace: 'AWS/CertificateManager',
      MetricName: 'DaysToExpiry',
      Dimensions: [{ Name: 'CertificateArn', Value: certificateArn }],
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 21,
      TreatMissingData: 'ignore',
    });
    expect(alarmsOf(plain).has('CertificateExpires')).toBe(false);
  });

  it.each([[{ originShieldRegion: 'eu-west-1' }], [{ originShieldRegion: false }]])(
    'do not look for renders where none are made, with %j',
    (settings) => {
      const names = [...alarmsOf(templateFor(settings)).keys()];
      expect(names.filter((name) => name.includes('Render'))).toEqual([]);
      expect(names).toContain('Unavailable');
    },
  );

  it('are sent to the email address in the settings', () => {
    const subscriptions = ofType(full, 'AWS::SNS::Subscription').map(([, one]) => one.Properties);
    expect(subscriptions).toMatchObject([{ Protocol: 'email', Endpoint: 'ops@example.com' }]);
    expect(ofType(plain, 'AWS::SNS::Subscription')).toEqual([]);
  });

  it('are as many as the page about costs says', () => {
    const page = readFileSync(new URL('../../docs/deploying.md', import.meta.url), 'utf8');
    const [, said, elsewhere] =
      /(\d+) alarms \((\d+) if images are made in another Region\)/.exec(page) ?? [];
    const shielded = templateFor({ ...domains, originShieldRegion: 'eu-west-1' });
    expect([Number(said), Number(elsewhere)]).toEqual([alarms.size, alarmsOf(shielded).size]);
  });
});

describe('the dashboard', () => {
  it('shows the state of every alarm', () => {
    const [[, { Properties }] = ['', { Properties: {} as Properties }]] = ofType(
      full,
      'AWS::CloudWatch::Dashboard',
    );
    const body = JSON.stringify(Properties['DashboardBody']);
    expect(body).toContain('\\"type\\":\\"alarm\\"');
    for (const [id] of ofType(full, 'AWS::CloudWatch::Alarm')) expect(body).toContain(`"${id}"`);
  });
});
