import { html } from '../../../client/html.ts';
import { withPolicy } from '../../../client/policy.ts';
import { signet } from '../../../client/signet.ts';
import { readTenantKey } from '../../../operator/keys/tenant-keys.ts';
import { readTenantPolicy } from '../../../operator/tenants/tenants.ts';
import type { CallContext } from '../call.ts';

/* HTML with URLs that are signed, as a backend would send it: printed by the client's own code. */

type Wanted = {
  readonly tenant: string;
  readonly path: string;
  readonly operations: readonly string[];
};

/** Browsers choose among a few widths; one for each of a hundred would only lengthen the page. */
const mostWidths = 6;
/** The formats of `<picture>`, best first. */
const sourceFormats = ['avif', 'webp'] as const;

/** Some of the widths, evenly, with the first and the last. */
function chooseSome(widths: readonly number[]): readonly number[] {
  if (widths.length <= mostWidths) return widths;
  const last = widths.length - 1;
  const chosen = Array.from(
    { length: mostWidths },
    (_, at) => widths[Math.round((at * last) / (mostWidths - 1))],
  );
  return chosen.flatMap((width) => width ?? []);
}

export type HtmlCode = {
  /** The widths of the srcset; none if the policy allows no other width for this recipe. */
  readonly widths: readonly number[];
  readonly srcset: readonly { readonly width: number; readonly url: string }[];
  readonly img: string;
  /** Undefined if the policy allows neither format of `<picture>`. */
  readonly picture?: string;
};

/** Prints `<img>` and `<picture>` for a recipe with every width that the policy allows, or some of them. */
export async function htmlCode(
  { open }: CallContext,
  { tenant, path, operations }: Wanted,
): Promise<HtmlCode> {
  const [key, document] = [await readTenantKey(open, tenant), await readTenantPolicy(open, tenant)];
  const minter = signet({ url: key.address, tenant, kid: key.kid, key: key.signingKey });
  const checked = withPolicy(minter, document);
  const widths = chooseSome(checked.widths(operations).filter((width) => width >= 200));
  const alt = '';
  if (widths.length === 0) {
    const src = await minter.url(path, operations);
    return {
      widths,
      srcset: [],
      img: html({ sources: [], img: { src, srcset: '', sizes: undefined, alt } }).replace(
        ' srcset=""',
        '',
      ),
    };
  }
  const options = { widths, sizes: '100vw', alt };
  const plain = await minter.picture(path, operations, options);
  const formats = await allowedFormats(checked, path, operations, widths[0] ?? 0);
  const offered = await minter.picture(path, operations, { ...options, formats });
  const srcset = plain.img.srcset.split(', ').map((one) => {
    const [url = '', width = '0w'] = one.split(' ');
    return { url, width: Number.parseInt(width, 10) };
  });
  return {
    ...{ widths, srcset, img: html(plain) },
    ...(formats.length === 0 ? {} : { picture: html(offered) }),
  };
}

type CheckedMinter = ReturnType<typeof withPolicy<ReturnType<typeof signet>>>;

/** The formats of `<picture>` that the policy allows by name. */
async function allowedFormats(
  minter: CheckedMinter,
  path: string,
  operations: readonly string[],
  width: number,
): Promise<readonly ('avif' | 'webp')[]> {
  const tried = sourceFormats.map(async (format) =>
    minter.picture(path, operations, { widths: [width], formats: [format] }).then(
      () => [format],
      () => [],
    ),
  );
  return (await Promise.all(tried)).flat();
}
