import type { PolicyChange } from '../../shared/policy/diff/policy-diff.ts';

const marks = { widens: '+', narrows: '-', changes: '~' } as const;

/** A change as a line: what widens is marked +, what narrows -, anything else ~. */
export const printChange = ({ kind, text }: PolicyChange): string => `  ${marks[kind]} ${text}`;
