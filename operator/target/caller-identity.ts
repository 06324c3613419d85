import { callService, type ServiceCallOptions } from '../../shared/adapters/service-call.ts';
import { PortFailure } from '../../shared/ports.ts';
import { isIdentityArn } from '../../shared/versions/author.ts';

const body = 'Action=GetCallerIdentity&Version=2011-06-15';

/** Characters that XML escapes and the path of a user may have. */
const unescapeXml = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

/**
 * Reads the ARN of the credentials. No policy can deny this call. Returns undefined if STS does not answer, for
 * example because a network lets only other services through: a takedown cannot wait for it. Throws `PortFailure` if the
 * credentials have expired, since then nothing can be written either.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 */
export async function readCallerArn(options: ServiceCallOptions): Promise<string | undefined> {
  try {
    const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
    const asked = { method: 'POST', path: '/', headers, body } as const;
    const [, found = ''] =
      /<Arn>([^<]*)<\/Arn>/.exec(await callService('sts', options, asked)) ?? [];
    const arn = unescapeXml(found);
    return isIdentityArn(arn) ? arn : undefined;
  } catch (thrown) {
    if (thrown instanceof PortFailure && thrown.credentials !== 'expired') return undefined;
    throw thrown;
  }
}
