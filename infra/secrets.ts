import { type CfnSecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { Names } from './names.ts';

type SecretName = keyof Names['secrets'];
export type Secrets = Readonly<Record<SecretName, Secret>>;

const about: Readonly<Record<SecretName, string>> = {
  roots: 'Root keys, and the public key that policies are signed with',
  render: 'Continuation keys, and the public key that policies are signed with',
  publisher: 'The private key that policies are signed with; operators alone may read it',
};

/** It is made empty: a random text would be no key, so a function of the stack fills it. */
function secret(scope: Construct, names: Names, name: SecretName): Secret {
  const made = new Secret(scope, `${name}Secret`, {
    secretName: names.secrets[name],
    description: about[name],
    // Every URL that was ever signed dies with the roots; in a first deployment there are none yet.
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });
  (made.node.defaultChild as CfnSecret).addPropertyDeletionOverride('GenerateSecretString');
  return made;
}

/** The three secrets, so that no function holds more than it needs. */
export function makeSecrets(scope: Construct, names: Names): Secrets {
  const roots = secret(scope, names, 'roots');
  const render = secret(scope, names, 'render');
  const publisher = secret(scope, names, 'publisher');
  acknowledge(render, 'It follows from the roots and is rotated with them', 'AwsSolutions-SMG4');
  acknowledge(
    publisher,
    'A new one would have to sign every policy anew, which is an operator’s decision',
    'AwsSolutions-SMG4',
  );
  return { roots, render, publisher };
}
