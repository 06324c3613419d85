import { beforeAll, describe, expect, it } from 'vitest';
import { imageLoader, type LoaderRequest } from '../../client/next.ts';
import { withPolicy } from '../../client/policy.ts';
import { signet, withGrant } from '../../client/signet.ts';
import { acme, edge } from '../client/client-world.ts';
import { framework, isMissing } from './frameworks.ts';

type Loader = (request: LoaderRequest) => string;
type Props = Readonly<Record<string, unknown>>;
type Drawn = { readonly props: { readonly src: string; readonly srcSet: string } };

const images = signet(acme);
const byCookie = imageLoader(withGrant({ url: acme.url, tenant: 'acme' }));
const cat = { src: '/albums/a cat (1).jpg', alt: 'A cat' };

/** Each URL of a srcset by what it is called. */
const candidates = (srcset: string): readonly (readonly string[])[] =>
  srcset.split(', ').map((one) => one.split(' ').toReversed());

/** What the edge answers for each, as the key that it makes. */
async function keysOf(srcset: string, cookie?: string): Promise<readonly (readonly string[])[]> {
  return Promise.all(
    candidates(srcset).map(async ([name = '', url = '']) => [
      name,
      await edge(url, 'image/avif', cookie),
    ]),
  );
}

const key = (recipe: string): string =>
  `acme/albums/a cat (1).jpg__op__${recipe}__op__format,f_avif`;

describe.skipIf(isMissing('next/image'))('next/image itself', () => {
  let getImageProps: (props: Props) => Drawn;
  /** What `next build` calls, with the default export of `loaderFile` in the place of its own loader. */
  let getImgProps: (props: Props, state: Props) => Drawn;
  let renderImage: (props: Props) => string;
  let grant = '';

  beforeAll(async () => {
    ({ getImageProps } = framework<{ getImageProps: typeof getImageProps }>('next/image'));
    ({ getImgProps } = framework<{ getImgProps: typeof getImgProps }>(
      'next/dist/shared/lib/get-img-props',
    ));
    const { default: Image } = framework<{ default: unknown }>('next/image');
    const { createElement } = framework<{ createElement: (of: unknown, props: Props) => unknown }>(
      'react',
    );
    const { renderToStaticMarkup } = framework<{ renderToStaticMarkup: (of: unknown) => string }>(
      'react-dom/server',
    );
    renderImage = (props) => renderToStaticMarkup(createElement(Image, props));
    grant = await images.grant({ scope: 'albums/*' });
  });

  const granted = (): Loader => imageLoader(images.withGrant(grant));

  it('asks for two densities of a fixed width, and the edge takes both', async () => {
    const { props } = getImageProps({ ...cat, width: 500, height: 300, loader: granted() });
    expect(await keysOf(props.srcSet)).toEqual([
      ['1x', key('resize,w_640')],
      ['2x', key('resize,w_1080')],
    ]);
    expect(props.src).toBe(candidates(props.srcSet).at(-1)?.[1]);
    expect(props.srcSet.split(`?grant=${grant}`)).toHaveLength(3);
  });

  it('asks for each of its widths where an image fills its place', async () => {
    const props = { ...cat, fill: true, sizes: '100vw', quality: 75, loader: granted() };
    const widths = [640, 750, 828, 1080, 1200, 1920, 2048, 3840];
    expect(await keysOf(getImageProps(props).props.srcSet)).toEqual(
      widths.map((width) => [`${width}w`, key(`resize,w_${width}__op__quality,q_75`)]),
    );
  });

  it('takes the loader of a loaderFile, and the widths of next.config.js', async () => {
    const { imageConfigDefault } = framework<{ imageConfigDefault: Props }>(
      'next/dist/shared/lib/image-config',
    );
    const imgConf = {
      ...imageConfigDefault,
      loader: 'custom',
      deviceSizes: [320, 640],
      imageSizes: [],
    };
    const state = { defaultLoader: byCookie, imgConf };
    const { srcSet } = getImgProps({ ...cat, width: 320, height: 200 }, state).props;
    expect(srcSet).not.toContain('grant=');
    expect(await keysOf(srcSet, `signet-grant=${grant}`)).toEqual([
      ['1x', key('resize,w_320')],
      ['2x', key('resize,w_640')],
    ]);
    expect(await keysOf(srcSet)).toEqual([
      ['1x', 'forbidden'],
      ['2x', 'forbidden'],
    ]);
  });

  it('draws an <img> on the server', async () => {
    const html = renderImage({ ...cat, width: 500, height: 300, loader: granted() });
    const [, srcset = ''] = /<img [^>]*srcSet="([^"]*)"/i.exec(html) ?? [];
    expect(await keysOf(srcset.replaceAll('&amp;', '&'))).toEqual([
      ['1x', key('resize,w_640')],
      ['2x', key('resize,w_1080')],
    ]);
  });

  it('gets the widths of a policy, if the loader is told of it', async () => {
    const operations = { resize: { w: [400, 800] }, format: { f: ['auto'] } };
    const document = { tenant: 'acme', operations };
    const policed = withPolicy(images.withGrant(grant), document, { snap: true });
    const props = { ...cat, width: 300, height: 200 };
    // In development, Next asks once with the width as it is and a quality, only to see the answer.
    expect(() => getImageProps({ ...props, loader: imageLoader(policed) })).toThrow(
      'the policy does not allow quality',
    );
    const loader = imageLoader(policed, ({ width }) => ({ resize: { w: width }, format: 'auto' }));
    expect(await keysOf(getImageProps({ ...props, loader }).props.srcSet)).toEqual([
      ['1x', key('resize,w_400')],
      ['2x', key('resize,w_800')],
    ]);
  });

  it('does not ask about what has its bytes in it, or is not to be optimized', () => {
    for (const props of [
      { src: 'data:image/gif;base64,R0lGODlhAQABAAAAACw=' },
      { src: 'https://elsewhere.example/a.jpg', unoptimized: true },
      { src: '/_next/static/media/logo.1a2b.png', unoptimized: true },
    ]) {
      const drawn = getImageProps({ alt: '', width: 64, height: 64, loader: byCookie, ...props });
      expect(drawn.props).toMatchObject({ src: props.src });
    }
  });

  it.each(['https://elsewhere.example/a.jpg', '/_next/static/media/logo.1a2b.png'])(
    'throws for %s, and nobody is shown a broken picture',
    (src) => {
      const props = { src, alt: '', width: 64, height: 64, loader: byCookie };
      const sentence = `"${src}" is an address, not the path of a source`;
      expect(() => getImageProps(props)).toThrow(sentence);
      expect(() => renderImage(props)).toThrow(sentence);
    },
  );
});
