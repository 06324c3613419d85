import type { Change } from '../../shared/policy/diff/policy-diff.ts';

const marks = { widens: '+', narrows: '-', changes: '~' } as const;

/** A change as a line: what widens is marked +, what narrows -, anything else ~. */
export const printChange = ({ kind, text }: Change): string => `  ${marks[kind]} ${text}`;
