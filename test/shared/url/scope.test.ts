import { describe, expect, it } from 'vitest';
import {
  blockedScopeFault,
  compileScopes,
  covers,
  findCovering,
  scopeFault,
} from '../../../shared/url/scope.ts';

describe('a scope', () => {
  it.each([
    ['a.jpg', 'a.jpg', true],
    ['a.jpg', 'a.jpg2', false],
    ['a.jpg', 'b/a.jpg', false],
    ['a/*', 'a/b.jpg', true],
    ['a/*', 'a/b/c.jpg', true],
    ['a/*', 'a', false],
    ['a/*', 'ab/c.jpg', false],
    ['a/*', 'A/b.jpg', false],
    ['*', 'anything/at all.jpg', true],
    ['a*', 'ab.jpg', false],
    ['a*', 'a*', true],
    ['a/*.jpg', 'a/b.jpg', false],
  ])('%s over %s is %s', (scope, path, covered) => {
    expect(covers(scope, path)).toBe(covered);
    const found = findCovering(compileScopes(['other.jpg', 'other/*', scope]), path);
    expect(found).toBe(covered ? scope : undefined);
  });

  it.each(['*', 'a/*', 'a/b/*', 'a.jpg', 'a*', '* b'])('may be %j', (scope) => {
    expect(scopeFault(scope)).toBeUndefined();
  });

  it.each(['', '/a', '/*', 'a//*', '../*', 'a/../*', '_watermarks/*', 'a__op__b', 'a\n'])(
    'may not be %j',
    (scope) => expect(scopeFault(scope)).toBeDefined(),
  );

  it.each(['_watermarks/mark.png', '_watermarks/*', 'a/*'])('may be blocked: %s', (scope) => {
    expect(blockedScopeFault(scope)).toBeUndefined();
  });

  it.each(['_watermarks', '_watermarks/', '_watermarks/../a', '_watermarks//*', '/a'])(
    'may not be blocked: %s',
    (scope) => expect(blockedScopeFault(scope)).toBeDefined(),
  );
});
