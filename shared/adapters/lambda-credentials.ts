/** What signs a request to AWS. */
export type Credentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
};

/**
 * The credentials of the function's role, which Lambda puts into the environment. Throws an error if they
 * are not there. https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
export function lambdaCredentials(): Credentials {
  const accessKeyId = process.env['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = process.env['AWS_SECRET_ACCESS_KEY'];
  const sessionToken = process.env['AWS_SESSION_TOKEN'];
  if (!accessKeyId || !secretAccessKey)
    throw new Error('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set');
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
}

/**
 * In bundled functions this takes the place of `defaultProvider` of `@aws-sdk/credential-provider-node`,
 * which also looks in files, other programs and other services. Lambda never uses those.
 */
export const defaultProvider = () => async (): Promise<Credentials> => lambdaCredentials();
