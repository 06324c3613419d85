import { malformed } from '../refusal.ts';
import { compass } from './gravity.ts';
import type { Dialect, OwnerNotes, OwnerParameter } from './operation.ts';
import { readWatermarkObject } from './watermark-object.ts';

const refuseText: OwnerParameter = {
  refused:
    'text watermarks are not supported; draw the text into a PNG, upload it as _watermarks/ID.png and write i_ID',
};
const refuseLayout: OwnerParameter = {
  refused:
    'takes only image, g, x, y, t and P of the parameters for place and layout; leave this one out',
};

const image: OwnerParameter = {
  read: (value) => {
    const { id, percent } = readWatermarkObject(value);
    return percent === undefined ? { i: id } : { i: id, p: percent };
  },
};

/** `P` is the size of the watermark in per cent, which is `p` here. */
const shared = {
  image,
  P: { read: (value: string) => ({ p: value }) },
  text: refuseText,
  type: refuseText,
  color: refuseText,
  size: refuseText,
} as const;

/** https://www.alibabacloud.com/help/en/oss/user-guide/add-watermarks */
const oss: Dialect = {
  parameters: {
    ...shared,
    shadow: refuseText,
    rotate: refuseText,
    fill: refuseLayout,
    padx: refuseLayout,
    pady: refuseLayout,
    voffset: refuseLayout,
    order: refuseLayout,
    align: refuseLayout,
    interval: refuseLayout,
  },
};

/** BOS counts the compass points from 1 in the upper left corner to 9 in the lower right one. */
const readAnchor = (value: string): string =>
  (/^[1-9]$/.test(value) ? compass[Number(value) - 1] : undefined) ?? value;

/** Sites write `a_0`, which turns nothing. */
function readAngle(value: string): Readonly<Record<string, string>> {
  if (value === '0') return {};
  throw malformed('watermark: a cannot turn the watermark; upload a turned one and leave a out');
}

/** https://cloud.baidu.com/doc/BOS/s/Zkbit166b-en */
const bos: Dialect = {
  parameters: {
    ...shared,
    g: { read: (value) => ({ g: readAnchor(value) }) },
    a: { read: readAngle },
    bucket: {
      refused:
        'takes watermarks of the tenant only; upload it as _watermarks/ID.png and write i_ID',
    },
  },
};

/** How OSS and BOS write a watermark. */
export const watermarkDialects = { OSS: oss, BOS: bos } as const;

const notes: OwnerNotes = {
  parameters: {
    image: (value) => {
      const { id, object } = readWatermarkObject(value);
      return `image names the object "${object}"; Signet draws the watermark "${id}" of the tenant (_watermarks/${id}.png)`;
    },
  },
};
export const watermarkNotes = { OSS: notes, BOS: notes } as const;
