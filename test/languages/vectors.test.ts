import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { vectorFiles } from '../../build/vectors.ts';
import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { splitUrl } from '../../shared/recipe/request-url.ts';
import { decodePath } from '../../shared/url/path.ts';
import { verifyUrlSignature } from '../../shared/url/signature.ts';
import given from '../vectors/signature.json' with { type: 'json' };
import {
  encodingFile,
  grantFile,
  hostileFile,
  type SignatureVector,
  signatureFile,
  testsOf,
} from './vector-files.ts';

type Numbered = { readonly tcId: number; readonly flags: readonly string[] };
type VectorFile = {
  readonly numberOfTests: number;
  readonly notes: Readonly<Record<string, unknown>>;
  readonly testGroups: readonly { readonly tests: readonly Numbered[] }[];
};

const files: Readonly<Record<string, VectorFile>> = {
  signatures: signatureFile,
  encodings: encodingFile,
  grants: grantFile,
  hostile: hostileFile,
};

it('the files are what the code of the service generates', async () => {
  const made = await vectorFiles();
  expect(Object.keys(made)).toEqual(
    Object.keys(files).map((name) => `client/vectors/${name}.json`),
  );
  for (const [file, fresh] of Object.entries(made))
    expect(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')).toBe(fresh);
});

describe.each(Object.entries(files))('%s.json', (name, { numberOfTests, notes, testGroups }) => {
  const tests = testGroups.flatMap((group) => group.tests);

  it('counts and numbers its tests', () => {
    expect(tests.length).toBe(numberOfTests);
    expect(tests.map(({ tcId }) => tcId)).toEqual(tests.map((_, at) => at + 1));
  });

  it('explains every flag and no other', () => {
    const flags = new Set(tests.flatMap((test) => test.flags));
    expect(Object.keys(notes).toSorted()).toEqual([...flags].toSorted());
  });

  it('is ASCII, so that no editor changes a Unicode form', () => {
    const text = readFileSync(new URL(`../../client/vectors/${name}.json`, import.meta.url));
    expect(text.some((byte) => byte > 0x7e)).toBe(false);
  });
});

describe('signatures.json', () => {
  const valid = testsOf(signatureFile, 'valid');

  it('contains the vectors of the specification and more', () => {
    const urls = valid.map(({ url, pathAndQuery }) => url + pathAndQuery);
    expect(given.signatures.map(({ url }) => url).filter((url) => !urls.includes(url))).toEqual([]);
    expect(valid.length).toBeGreaterThanOrEqual(60);
  });

  /** Whether the edge accepts the signature after it parses the URL. */
  function isValid({ pathAndQuery, kid, signingKey }: SignatureVector): boolean {
    const [uri = '', querystring = ''] = pathAndQuery.split('?');
    const split = splitUrl(uri, querystring);
    return verifyUrlSignature(nodeCrypto, signingKey, { ...split, kid: kid }, split.sig ?? '');
  }

  const isAccepted = (vector: SignatureVector): boolean => {
    try {
      return isValid(vector);
    } catch {
      return false;
    }
  };

  it('has valid URLs that the edge accepts, and invalid ones that it rejects', () => {
    expect(valid.filter((vector) => !isValid(vector))).toEqual([]);
    expect(testsOf(signatureFile, 'invalid').filter(isAccepted)).toEqual([]);
  });
});

describe('encodings.json', () => {
  const valid = testsOf(encodingFile, 'valid');

  it('has encodings that are decoded to the path', () => {
    expect(valid.filter(({ path, encoded }) => decodePath(encoded) !== path)).toEqual([]);
    expect(valid.length).toBeGreaterThanOrEqual(60);
  });
});

describe('grants.json', () => {
  it('contains the grants of the specification', () => {
    const texts = testsOf(grantFile, 'valid').map(({ jwt }) => jwt);
    expect(given.grants.map(({ grant }) => grant).filter((one) => !texts.includes(one))).toEqual(
      [],
    );
    expect(texts.length).toBeGreaterThan(given.grants.length);
  });
});
