import type { ValidatedFile } from '../../operator/policies/validate.ts';
import { printIssue } from '../../operator/policy-files/policy-set.ts';
import { printCount } from '../../operator/quantity.ts';
import { printNames } from '../../operator/tenants/name-list.ts';

/** Up to this many valid files are named one by one. */
const namedFiles = 5;

function printFile({ file, issues, warnings, extendedBy = [] }: ValidatedFile): readonly string[] {
  const use = `  extended by ${printCount(extendedBy.length, 'policy', 'policies')}: ${printNames(extendedBy)}`;
  return [
    ...issues.map((issue) => printIssue(file, issue)),
    ...warnings.map((warning) => printIssue(file, warning, 'warning: ')),
    ...(extendedBy.length === 0 ? [] : [use]),
  ];
}

const isValid = ({ issues, invalidBases, extendedBy }: ValidatedFile): boolean =>
  issues.length === 0 && invalidBases === undefined && extendedBy === undefined;

const isOnlyInherited = ({ issues, invalidBases }: ValidatedFile): boolean =>
  issues.length === 0 && invalidBases !== undefined;

/** Names what is wrong, each issue once. Of many valid files it prints the number. */
export function printValidation(files: readonly ValidatedFile[]): string {
  const valid = files.filter(isValid).length;
  const inherited = files.filter(isOnlyInherited).length;
  const verdictOf = (file: ValidatedFile): readonly string[] =>
    isValid(file) && valid <= namedFiles ? [`${file.file}: valid`] : [];
  return [
    ...files.flatMap((file) => [...verdictOf(file), ...printFile(file)]),
    ...(valid > namedFiles ? [`${printCount(valid, 'file')} are valid`] : []),
    ...(inherited > 0
      ? [`${printCount(inherited, 'file')} cannot be published because of a base`]
      : []),
  ].join('\n');
}
