import * as v from 'valibot';
import { explainUrl } from '../../../operator/explain/explain.ts';
import { breakages, brokenUrl } from '../../../operator/mint/broken-url.ts';
import { mintUrl } from '../../../operator/mint/mint-url.ts';
import { seconds } from '../../../shared/ports.ts';
import { declareCall } from '../call.ts';
import { htmlCode } from '../snippets/html-code.ts';
import { languageCalls } from '../snippets/language-calls.ts';

const recipeInput = v.object({
  tenant: v.string(),
  path: v.string(),
  operations: v.array(v.string()),
});

const mintInput = v.object({
  ...recipeInput.entries,
  /** In seconds. */
  lifetime: v.optional(v.number(), 3_600),
});

export const urlCalls = {
  /** Signs a URL, after the checks that the edge makes. */
  mint: declareCall(mintInput, async ({ open, target, clock }, input) =>
    mintUrl(open, { ...input, check: true, target }, seconds(clock)),
  ),
  /** Signs URLs of one source for many recipes, each of which the page has judged. */
  mintMany: declareCall(
    v.object({
      tenant: v.string(),
      path: v.string(),
      recipes: v.pipe(v.array(v.array(v.string())), v.maxLength(50)),
    }),
    async ({ open, target, clock }, { recipes, ...asked }) => {
      const now = seconds(clock);
      const installation = await open();
      const minted = recipes.map((operations) =>
        mintUrl(
          async () => installation,
          { ...asked, operations, lifetime: 3_600, check: true, target },
          now,
        ),
      );
      return { urls: (await Promise.all(minted)).map(({ url }) => url) };
    },
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
  /** A URL that the service has to refuse. */
  breakUrl: declareCall(
    v.object({ ...recipeInput.entries, breakage: v.picklist(breakages) }),
    async ({ open }, { breakage, ...asked }) => ({ url: await brokenUrl(open, asked, breakage) }),
  ),
  /** Code that shows a picture, in HTML and in each language. */
  snippets: declareCall(recipeInput, async (context, input) => ({
    html: await htmlCode(context, input),
    languages: languageCalls.map(({ language, file, code }) => ({
      language,
      file,
      code: code(input),
    })),
  })),
};
