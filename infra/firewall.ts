import { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';
import type { StackSettings } from './settings.ts';

type Rates = Exclude<StackSettings['firewall'], false>;

const withVisibility = (metricName: string) => ({
  cloudWatchMetricsEnabled: true,
  sampledRequestsEnabled: false,
  metricName,
});

const tooMany = {
  block: {
    customResponse: { responseCode: 429, responseHeaders: [{ name: 'retry-after', value: '60' }] },
  },
};

function statementLacks(
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

/** Whoever asks for much, signed or not. */
function rateByAddress(limit: number): CfnWebACL.RuleProperty {
  return {
    name: 'rate-by-address',
    priority: 0,
    action: tooMany,
    statement: {
      rateBasedStatement: { aggregateKeyType: 'IP', limit, evaluationWindowSec: 300 },
    },
    visibilityConfig: withVisibility('rate-by-address'),
  };
}

/** Requests without a signature are refused in any case, but at the cost of running a function. */
function rateOfUnsigned(limit: number): CfnWebACL.RuleProperty {
  const statements = [
    statementLacks({ queryString: {} }, 'sig='),
    statementLacks({ queryString: {} }, 'grant='),
    statementLacks({ singleHeader: { Name: 'cookie' } }, 'signet-grant='),
  ];
  return {
    name: 'rate-of-unsigned',
    priority: 1,
    action: tooMany,
    statement: {
      rateBasedStatement: {
        aggregateKeyType: 'IP',
        limit,
        evaluationWindowSec: 60,
        scopeDownStatement: { andStatement: { statements } },
      },
    },
    visibilityConfig: withVisibility('rate-of-unsigned'),
  };
}

/** A web ACL in front of the functions; the answer is its ARN. */
export function makeFirewall(scope: Construct, name: string, rates: Rates): string {
  const made = new CfnWebACL(scope, 'Firewall', {
    scope: 'CLOUDFRONT',
    defaultAction: { allow: {} },
    visibilityConfig: withVisibility(`${name}-firewall`),
    rules: [rateByAddress(rates.requestsPer5Minutes), rateOfUnsigned(rates.unsignedPerMinute)],
  });
  return made.attrArn;
}
