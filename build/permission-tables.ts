import { deployer, deployment } from '../shared/deployment/deployer.ts';
import { type Part, type Permission, permissions } from '../shared/deployment/permissions.ts';
import { type Right, rights, rightTexts } from '../shared/deployment/rights.ts';
import { code, header, row } from './markdown.ts';

/* The tables of docs/permissions.md, from the lists that the stack is made of. */

const partNames: Readonly<Record<Part, string>> = {
  viewerRequest: 'viewer-request',
  originResponse: 'origin-response',
  cloudFront: 'CloudFront',
  purge: 'purge function',
  secrets: 'secret keeper',
};

function resourceName(permission: Permission): string {
  if ('objects' in permission)
    return `objects of ${permission.objects}${permission.prefix ? ` below \`${permission.prefix}\`` : ''}${permission.onlyAbsent ? ', only new ones' : ''}`;
  if ('object' in permission) return `object \`${permission.object}\` of ${permission.of}`;
  if ('bucket' in permission) return `bucket of ${permission.bucket}`;
  if ('secret' in permission) return `secret \`signet/${permission.secret}\``;
  if ('other' in permission) return `the ${permission.other}`;
  if ('arns' in permission) return permission.arns.map(code).join(' ');
  return 'elsewhere' in permission ? permission.elsewhere : permission.kmsKey;
}

const permissionRow = (who: string, permission: Permission): string =>
  row(who, permission.actions.map(code).join(' '), resourceName(permission), permission.why);

/** What each part of the service may do. */
export function permissionTable(): string {
  const rows = Object.entries(permissions).flatMap(([part, list]) =>
    list.map((one) => permissionRow(partNames[part as Part], one)),
  );
  return [header('who', 'may', 'on', 'for'), ...rows].join('\n');
}

/** What each managed policy is for, and what it allows. */
export function rightsTable(): string {
  const names = Object.keys(rights) as readonly Right[];
  const purposes = names.map((right) => row(code(`NAME-${right}`), rightTexts[right]));
  const rows = names.flatMap((right) => rights[right].map((one) => permissionRow(right, one)));
  return [
    [header('policy', 'for'), ...purposes].join('\n'),
    [header('policy', 'may', 'on', 'for'), ...rows].join('\n'),
  ].join('\n\n');
}

type Statement = {
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
};

/** A policy document for permissions whose resources are ARNs. */
export function policyDocument(list: readonly Permission[]): {
  readonly Version: string;
  readonly Statement: readonly Statement[];
} {
  const statements = list.map((one): Statement => {
    if (!('arns' in one)) throw new Error(`${one.why}: the resource is not an ARN`);
    return { Effect: 'Allow', Action: one.actions, Resource: one.arns };
  });
  return { Version: '2012-10-17', Statement: statements };
}

/** One statement in each line, so that the page can be read. */
function documentBlock(list: readonly Permission[]): string {
  const { Version, Statement } = policyDocument(list);
  const lines = Statement.map((one) => `    ${JSON.stringify(one)}`).join(',\n');
  return ['```json', `{"Version": "${Version}", "Statement": [`, lines, ']}', '```'].join('\n');
}

/** What a deployment needs: a table, and the policy to paste. */
export function deploymentTable(): string {
  const rows = [
    ...deployer.map((one) => permissionRow('who deploys', one)),
    ...deployment.map((one) => permissionRow('CloudFormation', one)),
  ];
  return [[header('who', 'may', 'on', 'for'), ...rows].join('\n'), documentBlock(deployment)].join(
    '\n\n',
  );
}
