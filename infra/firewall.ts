import { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';
import type { Settings } from './settings.ts';

type Rates = Exclude<Settings['firewall'], false>;

const visible = (metricName: string) => ({
  cloudWatchMetricsEnabled: true,
  sampledRequestsEnabled: false,
  metricName,
});

const tooMany = {
  block: {
    customResponse: { responseCode: 429, responseHeaders: [{ name: 'retry-after', value: '60' }] },
  },
};

function lacks(
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
    visibilityConfig: visible('rate-by-address'),
  };
}

/** Requests without a signature are refused in any case, but at the cost of running a function. */
function rateOfUnsigned(limit: number): CfnWebACL.RuleProperty {
  const statements = [
    lacks({ queryString: {} }, 'sig='),
    lacks({ queryString: {} }, 'grant='),
    lacks({ singleHeader: { Name: 'cookie' } }, 'signet-grant='),
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
    visibilityConfig: visible('rate-of-unsigned'),
  };
}

/** A web ACL in front of the functions; the answer is its ARN. */
export function makeFirewall(scope: Construct, name: string, rates: Rates): string {
  const made = new CfnWebACL(scope, 'Firewall', {
    scope: 'CLOUDFRONT',
    defaultAction: { allow: {} },
    visibilityConfig: visible(`${name}-firewall`),
    rules: [rateByAddress(rates.requestsPer5Minutes), rateOfUnsigned(rates.unsignedPerMinute)],
  });
  return made.attrArn;
}
