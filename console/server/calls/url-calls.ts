import * as v from 'valibot';
import { explainUrl } from '../../../operator/explain/explain.ts';
import { mintUrl } from '../../../operator/mint/mint-url.ts';
import { seconds } from '../../../shared/ports.ts';
import { declareCall } from '../call.ts';

const mintInput = v.object({
  tenant: v.string(),
  path: v.string(),
  operations: v.array(v.string()),
  /** In seconds. */
  lifetime: v.optional(v.number(), 3_600),
});

export const urlCalls = {
  /** Signs a URL, after the checks that the edge makes. */
  mint: declareCall(mintInput, async ({ open, target, clock }, input) =>
    mintUrl(open, { ...input, check: true, target }, seconds(clock)),
  ),
  /** Explains a URL or a line of a log, stage by stage. */
  explain: declareCall(
    v.object({ url: v.string(), accept: v.optional(v.string()), cookie: v.optional(v.string()) }),
    async ({ open }, { url, accept, cookie }) =>
      explainUrl(
        { url, accept, cookie, page: undefined },
        {
          open,
          offlineSigner: () => undefined,
          asksHosts: true,
        },
      ),
  ),
};
