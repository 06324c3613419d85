import type { PolicyChange } from '../../shared/policy/diff/policy-diff.ts';

const marks = { widens: '+', narrows: '-', changes: '~' } as const;

/** A change in one line: + widens, - narrows, ~ neither. */
export const printChange = ({ kind, text }: PolicyChange): string => `  ${marks[kind]} ${text}`;
