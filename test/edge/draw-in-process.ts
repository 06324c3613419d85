import type { DrawPicture } from '../../edge/drawing.ts';
import { engineVersions, render } from '../../render/render.ts';

/** Draws in this process, for tests of what comes before and after a drawing. */
export const drawInProcess: DrawPicture = async ({ source, recipe, caps, mark }, { deadline }) => ({
  ...(await render(source, recipe, caps, mark, deadline())),
  engine: engineVersions,
});
