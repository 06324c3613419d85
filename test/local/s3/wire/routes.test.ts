import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { supportedCalls } from '../../../../local/s3/wire/routes.ts';

it('the documentation lists the calls that work, and no others', () => {
  const page = readFileSync(new URL('../../../../docs/commands.md', import.meta.url), 'utf8');
  const [, list = ''] = /\nThese calls work\.[^\n]*\n\n(.*?)\n\n/s.exec(page) ?? [];
  const listed = [...list.matchAll(/`([A-Za-z0-9]+)`/g)].map(([, name]) => name);
  expect(listed.toSorted()).toEqual(supportedCalls.toSorted());
});
