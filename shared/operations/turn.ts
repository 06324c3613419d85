import type { Sharp } from 'sharp';
import type { Box, Size, Turn } from './operation.ts';

const wrap = (quarters: number): number => ((quarters % 4) + 4) % 4;

/** The turn that does the same as two, one after the other. A mirror reverses the turns in front of it. */
export function joinTurns(first: Turn, second: Turn): Turn {
  const before = second.mirrored ? -first.quarters : first.quarters;
  return {
    mirrored: first.mirrored !== second.mirrored,
    quarters: wrap(before + second.quarters),
  };
}

/** The turn that undoes another. A turn with a mirror undoes itself. */
export function invertTurn({ mirrored, quarters }: Turn): Turn {
  return { mirrored, quarters: mirrored ? quarters : wrap(-quarters) };
}

/** Whether width and height are swapped. */
const isSideways = ({ quarters }: Turn): boolean => quarters % 2 === 1;

export function turnSize({ width, height }: Size, turn: Turn): Size {
  return isSideways(turn) ? { width: height, height: width } : { width, height };
}

/** Where a box of a picture of this size is once the picture is turned. */
export function turnBox(box: Box, picture: Size, { mirrored, quarters }: Turn): Box {
  const left = mirrored ? picture.width - box.left - box.width : box.left;
  const right = picture.width - left - box.width;
  const bottom = picture.height - box.top - box.height;
  const size = turnSize(box, { mirrored, quarters });
  const corners = [
    { left, top: box.top },
    { left: bottom, top: left },
    { left: right, top: bottom },
    { left: box.top, top: right },
  ];
  return { ...(corners[quarters] ?? { left, top: box.top }), ...size };
}

/** Adds the turn to a chain. sharp mirrors first, too. */
export function turnImage(image: Sharp, { mirrored, quarters }: Turn): Sharp {
  const flopped = mirrored ? image.flop() : image;
  return quarters === 0 ? flopped : flopped.rotate(quarters * 90);
}

/** The turn that an EXIF orientation asks for: CIPA DC-008, section 4.6.5. */
const orientations: readonly Turn[] = [
  { mirrored: false, quarters: 0 },
  { mirrored: true, quarters: 0 },
  { mirrored: false, quarters: 2 },
  { mirrored: true, quarters: 2 },
  { mirrored: true, quarters: 3 },
  { mirrored: false, quarters: 1 },
  { mirrored: true, quarters: 1 },
  { mirrored: false, quarters: 3 },
];

/** The turn that makes a picture with this EXIF orientation, 1 to 8, upright. */
export const uprightTurn = (orientation: number): Turn | undefined => orientations[orientation - 1];
