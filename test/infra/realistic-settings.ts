import { certificateArn } from './synth.ts';

/*
 * Five deployments that people have, as settings of cdk.json. cdk-nag and the rules of the CDK check their templates
 * in the suite, and cfn-lint in the proof.
 */

const euKey = 'arn:aws:kms:eu-west-1:222222222222:key/11111111-2222-3333-4444-555555555555';
const apKey = 'arn:aws:kms:ap-southeast-2:333333333333:key/mrk-1234abcd12ab34cd56ef1234567890ab';

/** What each is, and its settings. */
export const realisticSettings: readonly (readonly [string, object])[] = [
  ['a small installation with the default settings', {}],
  [
    'production with a domain for each tenant, a firewall and alarms',
    {
      name: 'signet-production',
      secretsPrefix: 'signet-production',
      hosts: { 'img.example.com': null, '*.img.example.com': '*', 'images.acme.com': 'acme' },
      certificateArn,
      corsOrigins: ['https://www.example.com', 'https://app.example.com'],
      uploadOrigins: ['https://app.example.com'],
      firewall: { requestsPer5Minutes: 20_000, unsignedPerMinute: 200 },
      alarmEmail: 'ops@example.com',
      ...{ logOneIn: 50, logDays: 90, rotationDays: 30, reservedConcurrency: 10 },
      tags: { team: 'images', 'cost-center': '4711' },
    },
  ],
  [
    'staging beside it, which reads the sources of production',
    {
      name: 'signet-staging',
      secretsPrefix: 'signet-staging',
      hosts: { 'img.staging.example.com': null },
      certificateArn,
      sources: {
        production: {
          ...{ bucket: 'signet-production-sources-111111111111', region: 'us-east-1' },
          ...{ prefix: '{tenant}/', tenants: ['acme', 'globex'] },
        },
      },
      ...{ originShieldRegion: false, priceClass: '100', logOneIn: 1, logDays: 7 },
    },
  ],
  [
    'existing buckets in three Regions and accounts, with KMS keys, one of which cannot be listed',
    {
      name: 'images',
      secretsPrefix: 'images',
      sources: {
        photos: {
          ...{ bucket: 'my-photos', region: 'eu-west-1', account: '222222222222', key: euKey },
          ...{ prefix: 'images/{tenant}/', tenants: ['acme', 'globex', '4711'] },
        },
        scans: {
          ...{ bucket: 'scans.example.com', region: 'ap-southeast-2', account: '333333333333' },
          ...{ prefix: 'archive/', tenants: ['museum'], key: apKey, list: false },
        },
        legacy: {
          ...{ bucket: 'cms-uploads', region: 'us-west-2' },
          ...{ prefix: 'sites/{tenant}/public files/', tenants: ['acme', 'museum'] },
        },
      },
      originShieldRegion: 'eu-west-1',
    },
  ],
  [
    'sources and renders in the EU, with short logs and two disabled formats',
    {
      name: 'bilder-eu',
      secretsPrefix: 'bilder-eu',
      hosts: { 'bilder.example.de': null },
      certificateArn,
      sources: {
        fotos: {
          ...{ bucket: 'fotos-frankfurt', region: 'eu-central-1' },
          ...{ prefix: '{tenant}/', tenants: ['verlag', 'zeitung'] },
        },
      },
      ...{ originShieldRegion: 'eu-central-1', priceClass: '100' },
      ...{ disabledFormats: ['gif', 'webp'], uploadOrigins: ['https://redaktion.example.de'] },
      ...{ logOneIn: 1_000, logDays: 3, firewall: {} },
    },
  ],
];
