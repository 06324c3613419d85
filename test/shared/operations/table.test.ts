import { describe, expect, it } from 'vitest';
import { sharpOrder } from '../../../shared/operations/operation.ts';
import { findOperation, operationNames, rowOf } from '../../../shared/operations/table.ts';
import { parseOperations } from '../../../shared/recipe/recipe.ts';
import { outcome } from '../request/outcome.ts';

describe('the operations table', () => {
  it('has its rows in drawing order; new rows may be between them', () => {
    const order = [
      'version download frames orient trim crop indexcrop rotate flip resize bright contrast saturate grayscale tint',
      'blur sharpen rounded-corners circle background watermark quality interlace format',
      'info average-hue placeholder',
    ];
    const known = order.join(' ').split(' ');
    expect(operationNames.filter((name) => known.includes(name))).toEqual(known);
  });

  it.each(operationNames)('documents %s and shows how it is written', (name) => {
    const { summary, example, parameters } = rowOf(name);
    expect(summary).toMatch(/^[A-Z].*\.$/);
    expect(example.split(',')[0]).toBe(name);
    expect(outcome(() => parseOperations(example))).toBe('accepted');
    for (const { about, expects } of Object.values(parameters))
      expect([about, expects]).not.toContain('');
  });

  it.each(operationNames)('gives %s defaults that its parameters read', (name) => {
    for (const { read, fallback } of Object.values(rowOf(name).parameters))
      if (fallback !== undefined) expect(read(String(fallback))).toBe(fallback);
  });

  it.each(operationNames)('gives %s a last stage that is not before its first', (name) => {
    const { step } = rowOf(name);
    if (step === undefined) return;
    expect(sharpOrder.indexOf(step.from)).toBeLessThanOrEqual(sharpOrder.indexOf(step.to));
  });

  it('finds every row by its name, and orient also by its name in OSS', () => {
    expect(operationNames.map(findOperation)).toEqual(operationNames);
    expect(findOperation('auto-orient')).toBe('orient');
  });

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf', 'Orient', ''])(
    'has no row called %j',
    (name) => expect(findOperation(name)).toBeUndefined(),
  );
});
