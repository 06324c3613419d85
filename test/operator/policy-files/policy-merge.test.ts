import { expect, it } from 'vitest';
import { mergeDocuments } from '../../../operator/policy-files/policy-merge.ts';

type Case = readonly [what: string, base: object, own: object, flat: object];

const merges: readonly Case[] = [
  ['a field that only the base has', { require: ['resize'] }, {}, { require: ['resize'] }],
  ['a field that only the file has', {}, { presetsOnly: true }, { presetsOnly: true }],
  ['a field that both have', { presetsOnly: true }, { presetsOnly: false }, { presetsOnly: false }],
  [
    'fields of a group',
    { source: { maxBytes: 1, maxFrames: 2 }, urls: { maxLifetime: 60 } },
    { source: { maxFrames: 3, maxPixels: 4 } },
    { source: { maxBytes: 1, maxFrames: 3, maxPixels: 4 }, urls: { maxLifetime: 60 } },
  ],
  [
    'other operations',
    { operations: { blur: { s: [1] } } },
    { operations: { resize: { w: [1] } } },
    { operations: { blur: { s: [1] }, resize: { w: [1] } } },
  ],
  [
    'the rules of an operation as a whole',
    { operations: { resize: [{ w: [1] }, { h: [1] }] } },
    { operations: { resize: { l: [2] } } },
    { operations: { resize: { l: [2] } } },
  ],
  [
    'one rule as a whole',
    { operations: { resize: { w: [1], h: [1] } } },
    { operations: { resize: { w: [2] } } },
    { operations: { resize: { w: [2] } } },
  ],
  [
    'lists as a whole',
    { require: ['resize'], auto: { format: ['avif', 'webp'] }, blocked: ['a/*', 'b'] },
    { require: [], auto: { format: ['webp'] }, blocked: ['c'] },
    { require: [], auto: { format: ['webp'] }, blocked: ['c'] },
  ],
  [
    'presets by name',
    { presets: { a: 'resize,w_1', b: 'resize,w_2' } },
    { presets: { b: 'resize,w_3', c: 'resize,w_4' } },
    { presets: { a: 'resize,w_1', b: 'resize,w_3', c: 'resize,w_4' } },
  ],
  [
    'keys as a whole',
    { keys: { active: 'r1.1', accept: ['r1.1'] } },
    { keys: { active: 'r1.2' } },
    { keys: { active: 'r1.2' } },
  ],
  [
    'null as what takes out an operation or a preset',
    { operations: { blur: {}, flip: {} }, presets: { a: 'resize,w_1', b: 'resize,w_2' } },
    { operations: { blur: null }, presets: { a: null } },
    { operations: { flip: {} }, presets: { b: 'resize,w_2' } },
  ],
  [
    'null elsewhere as a value',
    { urls: { maxLifetime: 60 }, fallback: 'a.jpg', source: { maxBytes: 1 } },
    { urls: { maxLifetime: null }, fallback: null, source: null },
    { urls: { maxLifetime: null }, fallback: null, source: null },
  ],
  [
    'another kind of value, for the schema to judge',
    { urls: { maxLifetime: 60 }, operations: { blur: {} } },
    { urls: [1], operations: 'none' },
    { urls: [1], operations: 'none' },
  ],
];

it.each(merges)('merges %s', (_what, base, own, flat) => {
  expect(mergeDocuments({ ...base }, { ...own })).toEqual(flat);
});
