import sharp from 'sharp';
import { startDrawing } from '../../edge/drawing.ts';
import { limitDrawing } from '../../edge/timeout.ts';
import { caps, recipeOf, sourceOf } from '../render/rendering.ts';

/*
 * Draws one picture after the other with the drawing process of the given file. It writes a line when the
 * first one is drawn, so that the process is busy from then on.
 */

const [file = ''] = process.argv.slice(2);
const create = { width: 3_000, height: 3_000, channels: 3, background: '#c0ffee' } as const;
const source = sourceOf(await sharp({ create }).png().toBuffer());
const service = startDrawing(file);
const limit = limitDrawing(600, new AbortController().signal);
const draw = (recipe: string) =>
  service.draw({ source, recipe: recipeOf(recipe), caps, mark: undefined }, limit);

await draw('resize,w_10');
console.log('drawn');
for (;;) await draw('blur,s_50__op__rotate,a_45__op__format,f_avif');
