import * as v from 'valibot';
import { limits } from '../limits.ts';
import { isOrigin } from '../url/origin.ts';
import { integerSchema, withDescription } from './field-schema.ts';

/** In seconds. A policy that allows longer lifetimes sets null. */
const tenYears = 10 * 366 * 86_400;

const origin = v.pipe(
  v.string(),
  v.check(
    isOrigin,
    'expects the exact origin of a page, such as https://www.example.com, or http://localhost:3000 for tests',
  ),
);

/** The group `urls`: how requests are signed and who sends them. */
export const urlsSchema = v.strictObject({
  maxLifetime: v.optional(
    withDescription(
      v.nullable(integerSchema(60, tenYears)),
      'How many seconds ahead `exp` may be; `null` also allows URLs that never expire',
    ),
    null,
  ),
  grants: v.optional(
    withDescription(
      v.boolean(),
      'Accepts grants: one signature for many URLs, in the query or in a cookie',
    ),
    true,
  ),
  origins: v.optional(
    withDescription(
      v.pipe(v.array(origin), v.maxLength(limits.policyOrigins)),
      'Pages whose scripts may read images with a grant in a cookie, such as `https://www.example.com`. The deployment has to list them in `corsOrigins`, too.',
    ),
    [],
  ),
});
