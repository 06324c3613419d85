import { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';
import type { StackSettings } from './settings.ts';

type Rates = Exclude<StackSettings['firewall'], false>;

const visibility = (metricName: string) => ({
  cloudWatchMetricsEnabled: true,
  sampledRequestsEnabled: false,
  metricName,
});

const tooManyRequests = {
  block: {
    customResponse: { responseCode: 429, responseHeaders: [{ name: 'retry-after', value: '60' }] },
  },
};

function requestLacks(
  fieldToMatch: CfnWebACL.FieldToMatchProperty,
  searchString: string,
): CfnWebACL.StatementProperty {
  const byteMatchStatement = {
    fieldToMatch,
    searchString,
    positionalConstraint: 'CONTAINS',
    textTransformations: [{ priority: 0, type: 'NONE' }],
  };
  return { notStatement: { statement: { byteMatchStatement } } };
}

/** Limits all requests of one address, signed or not. */
function addressRateRule(limit: number): CfnWebACL.RuleProperty {
  return {
    name: 'rate-by-address',
    priority: 0,
    action: tooManyRequests,
    statement: {
      rateBasedStatement: { aggregateKeyType: 'IP', limit, evaluationWindowSec: 300 },
    },
    visibilityConfig: visibility('rate-by-address'),
  };
}

/** Limits unsigned requests of one address. The function refuses them too, but each run costs money. */
function unsignedRateRule(limit: number): CfnWebACL.RuleProperty {
  const statements = [
    requestLacks({ queryString: {} }, 'sig='),
    requestLacks({ queryString: {} }, 'grant='),
    requestLacks({ singleHeader: { Name: 'cookie' } }, 'signet-grant='),
  ];
  return {
    name: 'rate-of-unsigned',
    priority: 1,
    action: tooManyRequests,
    statement: {
      rateBasedStatement: {
        aggregateKeyType: 'IP',
        limit,
        evaluationWindowSec: 60,
        scopeDownStatement: { andStatement: { statements } },
      },
    },
    visibilityConfig: visibility('rate-of-unsigned'),
  };
}

/** Makes a web ACL in front of the functions. Returns its ARN. */
export function makeFirewall(scope: Construct, name: string, rates: Rates): string {
  const made = new CfnWebACL(scope, 'Firewall', {
    scope: 'CLOUDFRONT',
    defaultAction: { allow: {} },
    visibilityConfig: visibility(`${name}-firewall`),
    rules: [addressRateRule(rates.requestsPer5Minutes), unsignedRateRule(rates.unsignedPerMinute)],
  });
  return made.attrArn;
}
