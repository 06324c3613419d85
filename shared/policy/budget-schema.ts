import * as v from 'valibot';
import { integerSchema, withDescription } from './field-schema.ts';

/** The group `budget`: when operators want to be warned. No request is refused for it. */
export const budgetSchema = v.strictObject({
  rendersPerDay: v.optional(
    withDescription(
      integerSchema(1, 1_000_000_000),
      'Renders of a day (UTC) above which `doctor` and `usage --check` warn. No request is refused for it.',
    ),
  ),
});
