import { CfnOutput, Duration, Stack, Tags } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { permissions } from '../shared/deployment/permissions.ts';
import { renderPermissions } from '../shared/deployment/source-permissions.ts';
import { policyFields } from '../shared/policy/fields.ts';
import { deliverAccessLogs } from './access-logs.ts';
import { makeAlarms } from './alarms.ts';
import { type Buckets, makeBuckets } from './buckets.ts';
import { makeDashboard } from './dashboard.ts';
import { type DistributionFunctions, makeDistribution } from './distribution.ts';
import { makeEdgeFunction } from './edge-function.ts';
import { makeFirewall } from './firewall.ts';
import { type Names, namesFor } from './names.ts';
import { makePurge } from './purge.ts';
import { makeRights } from './rights.ts';
import { makeSecretKeeper } from './secret-keeper.ts';
import { makeSecrets, type Secrets } from './secrets.ts';
import { hostMapOf, mainHost, ownedSources, region, type StackSettings } from './settings.ts';

/** The paths of the zips that the build wrote. */
export type Zips = Readonly<
  Record<'viewerRequest' | 'originResponse' | 'purge' | 'secrets', string>
>;

export type StackProps = { readonly settings: StackSettings; readonly zips: Zips };

function makeEdgeFunctions(
  scope: Construct,
  { settings, zips }: StackProps,
  resources: { readonly names: Names; readonly secrets: Secrets },
): DistributionFunctions {
  const common = { resources, settings };
  return {
    // 128 MB and 5 s are the limits of a viewer trigger.
    viewerRequest: makeEdgeFunction(scope, 'ViewerRequest', {
      ...common,
      name: resources.names.viewerRequest,
      role: { id: 'ViewerRequestRole' },
      zip: zips.viewerRequest,
      memoryMb: 128,
      timeout: Duration.seconds(5),
      permissions: permissions.viewerRequest,
    }),
    // CPU grows with memory. With less, a large AVIF takes longer than its 12 s limit.
    originResponse: makeEdgeFunction(scope, 'OriginResponse', {
      ...common,
      name: resources.names.originResponse,
      // An id of its own: the versions of the function that have the earlier role are never changed.
      role: { id: 'RenderRole', name: resources.names.renderRole },
      zip: zips.originResponse,
      memoryMb: 1_536,
      timeout: Duration.seconds(30),
      permissions: renderPermissions(settings.sources),
    }),
  };
}

/** The whole service in one Region. */
export class SignetStack extends Stack {
  constructor(scope: Construct, props: StackProps) {
    const { settings, zips } = props;
    super(scope, settings.name, {
      stackName: settings.name,
      env: { account: settings.account, region },
      description: 'Signet: image service with signed URLs',
      analyticsReporting: false,
      // A deletion would keep buckets and secrets, but every signed URL would stop working.
      terminationProtection: true,
    });
    const names = namesFor(settings);
    const buckets = makeBuckets(this, names, settings);
    const secrets = makeSecrets(this, names);
    const functions = makeEdgeFunctions(this, props, { names, secrets });
    const { firewall: rates, name } = settings;
    const firewall = rates === false ? undefined : makeFirewall(this, name, rates);
    const { derivatives, logs } = buckets;
    const distribution = makeDistribution(this, { settings, derivatives, functions, firewall });
    deliverAccessLogs(this, name, { logs, distribution });
    const parts = { settings, names, secrets };
    const purge = makePurge(this, { ...parts, buckets, distribution, zip: zips.purge });
    const { keeper: secretKeeper, first } = makeSecretKeeper(this, { ...parts, zip: zips.secrets });
    // Without keys the functions answer every request with 503.
    distribution.node.addDependency(first);
    const { worker, ...queues } = purge;
    const watched = { settings, distribution, ...queues, purge: worker, secretKeeper };
    makeDashboard(this, watched, makeAlarms(this, watched));
    const other = {
      distribution: distribution.distributionArn,
      'purge queue': queues.queue.queueArn,
      'dead-letter queue': queues.deadLetters.queueArn,
      'log group of the purge function': worker.logGroup.logGroupArn,
      'log group of the secret keeper': secretKeeper.logGroup.logGroupArn,
    };
    makeRights(this, { names, secrets, other }, settings.sources);
    this.addOutputs(settings, buckets, distribution);
    // Those who may read no secret verify policies with these.
    const publishers = first.getAtt('PublisherKeys').toString();
    new CfnOutput(this, 'PublisherKeys', { value: publishers });
    for (const [key, value] of Object.entries(settings.tags)) Tags.of(this).add(key, value);
  }

  /** Adds the outputs and metadata that `signet --target aws:STACK` reads. */
  private addOutputs(
    settings: StackSettings,
    { sources, derivatives, config, logs }: Buckets,
    distribution: { readonly distributionDomainName: string; readonly distributionId: string },
  ): void {
    const hosts = hostMapOf(settings);
    const { corsOrigins, disabledFormats } = settings;
    const elsewhere = ownedSources(settings);
    const announced = { hosts, corsOrigins, disabledFormats, sources: elsewhere };
    this.templateOptions.metadata = { Signet: { policyFields: policyFields(), ...announced } };
    const outputs = {
      Address: `https://${mainHost(settings) ?? distribution.distributionDomainName}`,
      Domain: distribution.distributionDomainName,
      SourcesBucket: sources.bucketName,
      DerivativesBucket: derivatives.bucketName,
      ConfigBucket: config.bucketName,
      LogsBucket: logs.bucketName,
      DistributionId: distribution.distributionId,
      SecretsPrefix: settings.secretsPrefix,
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}
