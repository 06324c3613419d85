import { rmSync } from 'node:fs';
import { startDrawing } from '../../../edge/drawing.ts';
import { limitDrawing } from '../../../edge/timeout.ts';
import { asRefusal } from '../../../shared/refusal.ts';
import { bundleDrawing } from '../../edge/drawing-files.ts';
import { caps, recipeOf, sourceOf } from '../rendering.ts';

/** The time of a drawing is wall-clock time, which a busy machine uses up. */
const patience = 600;

/** A picture, or why it was refused. */
export type Outcome = { readonly bytes: Uint8Array } | { readonly refused: string };

export type DeployedDrawing = {
  readonly draw: (bytes: Buffer, recipe: string) => Promise<Outcome>;
  readonly close: () => void;
};

/** Starts the drawing process from the bundle that is deployed. */
export async function openDrawing(): Promise<DeployedDrawing> {
  const { file, folder } = await bundleDrawing();
  const service = startDrawing(file);
  return {
    draw: async (bytes, recipe) => {
      const limit = limitDrawing(patience, new AbortController().signal);
      try {
        const job = { source: sourceOf(bytes), recipe: recipeOf(recipe), caps, mark: undefined };
        return { bytes: (await service.draw(job, limit)).bytes };
      } catch (thrown) {
        const { code, detail } = asRefusal(thrown);
        return { refused: `${code}: ${detail.reason}` };
      }
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
