import { drawBare, photograph } from './drawing-cost.ts';

/*
 * Draws with sharp alone, in a process of its own: so its garbage is collected at its own cost, as it would be in a
 * function that draws without a drawing process.
 */

const source = await photograph();
process.on('message', (type: 'webp' | 'jpg') => {
  void drawBare(source, type).then((bytes) => process.send?.(bytes.length));
});
process.send?.('ready');
