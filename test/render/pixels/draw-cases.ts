import { readFileSync, writeFileSync } from 'node:fs';
import { openBrowserEye } from './browser-pixels.ts';
import { openDrawing } from './deployed-drawing.ts';
import { type Compared, compareCases, filesOf, type PixelCase } from './pixel-cases.ts';

/** A case, what came of it, and why there is no picture. */
export type PixelResult = PixelCase &
  Compared & { readonly refused?: string; readonly browserRefused?: string };

const messageOf = (thrown: unknown): string =>
  thrown instanceof Error ? (thrown.message.split('\n')[0] ?? '') : 'unknown';

/** Draws each case. Returns the reasons of refusals by the names of the cases. */
async function drawAnswers(folder: string, cases: readonly PixelCase[]) {
  const refused = new Map<string, string>();
  const drawing = await openDrawing();
  for (const one of cases) {
    const { source, answer } = filesOf(folder, one);
    const outcome = await drawing.draw(readFileSync(source), one.recipe);
    if ('bytes' in outcome) writeFileSync(answer, outcome.bytes);
    else refused.set(one.name, outcome.refused);
  }
  drawing.close();
  return refused;
}

/** Shows each case to Chromium. */
async function seeSources(folder: string, cases: readonly PixelCase[]) {
  const refused = new Map<string, string>();
  const eye = await openBrowserEye();
  for (const one of cases) {
    const { source, type, browserPixels, browserFacts } = filesOf(folder, one);
    try {
      const { pixels, ...facts } = await eye.see(readFileSync(source), type);
      writeFileSync(browserPixels, pixels);
      writeFileSync(browserFacts, JSON.stringify(facts));
    } catch (thrown) {
      refused.set(one.name, messageOf(thrown));
    }
  }
  await eye.close();
  return refused;
}

const reason = <Name extends string>(name: Name, text: string | undefined) =>
  (text === undefined ? {} : { [name]: text }) as { readonly [_ in Name]?: string };

/** Draws and compares all cases of a folder, and shows them to Chromium if it is there. */
export async function checkCases(
  folder: string,
  cases: readonly PixelCase[],
  withBrowser: boolean,
): Promise<readonly PixelResult[]> {
  const refused = await drawAnswers(folder, cases);
  const unseen = withBrowser ? await seeSources(folder, cases) : new Map<string, string>();
  const compared = compareCases(folder);
  return cases.map((one, at) => ({
    ...one,
    ...compared[at],
    ...reason('refused', refused.get(one.name)),
    ...reason('browserRefused', unseen.get(one.name)),
  }));
}
