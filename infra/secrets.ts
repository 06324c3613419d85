import { type CfnSecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { Names } from './names.ts';

type SecretName = keyof Names['secrets'];
export type Secrets = Readonly<Record<SecretName, Secret>>;

const descriptions: Readonly<Record<SecretName, string>> = {
  roots: 'Root keys, and the public key that verifies policies',
  render: 'Continuation keys, and the public key that verifies policies',
  publisher: 'Private key that signs policies; only operators may read it',
};

/** Makes an empty secret. A function of the stack fills it, because a random text is not a key. */
function makeSecret(scope: Construct, names: Names, name: SecretName): Secret {
  const made = new Secret(scope, `${name}Secret`, {
    secretName: names.secrets[name],
    description: descriptions[name],
    // Without the roots every signed URL stops working. A failed first deployment may delete them.
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });
  (made.node.defaultChild as CfnSecret).addPropertyDeletionOverride('GenerateSecretString');
  return made;
}

/** Makes three secrets, so that each function can read only what it needs. */
export function makeSecrets(scope: Construct, names: Names): Secrets {
  const roots = makeSecret(scope, names, 'roots');
  const render = makeSecret(scope, names, 'render');
  const publisher = makeSecret(scope, names, 'publisher');
  acknowledge(render, 'It is derived from the roots and rotated with them', 'AwsSolutions-SMG4');
  acknowledge(
    publisher,
    'A new key would have to sign every policy again, which an operator decides',
    'AwsSolutions-SMG4',
  );
  return { roots, render, publisher };
}
