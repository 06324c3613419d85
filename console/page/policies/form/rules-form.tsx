import { useSignal } from '@preact/signals';
import { type OperationName, parametersOf, rowOf } from '../../../../shared/operations/table.ts';
import { printRules } from '../../../../shared/policy/diff/rule-diff.ts';
import { policyOperations } from '../../../../shared/policy/schema.ts';
import type { Rule } from '../../../../shared/policy/value-set.ts';
import type { Draft, DraftPath } from '../draft/draft.ts';
import { printCountOf } from '../words.ts';
import { Fold } from './fold.tsx';
import { ValueSetField } from './value-set-field.tsx';

/** How many rules are shown at once. */
const page = 20;

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A rule alone is written without a list. */
const rulesIn = (written: unknown): readonly unknown[] =>
  Array.isArray(written) ? written : [written];

function printRuleText(name: OperationName, rule: unknown): string {
  try {
    return isFields(rule) ? printRules(name, [rule as Rule]) : 'is not a rule';
  } catch {
    return 'is not a rule';
  }
}

type RuleProps = {
  readonly draft: Draft;
  readonly name: OperationName;
  readonly path: DraftPath;
  readonly rule: unknown;
  readonly title: string;
};

const RuleFields = ({ draft, name, path, rule }: Omit<RuleProps, 'title'>) => (
  <div class="rule-fields">
    {Object.entries(rowOf(name).parameters).map(([own, parameter]) => (
      <ValueSetField
        key={own}
        name={own}
        parameter={parameter}
        value={isFields(rule) && Object.hasOwn(rule, own) ? rule[own] : undefined}
        onChange={(value) => draft.edit([...path, own], value)}
      />
    ))}
    {parametersOf(name).length === 0 && <p class="small quiet">It has no parameters.</p>}
    <button type="button" class="button slight" onClick={() => draft.edit(path, undefined)}>
      {path.length === 2 ? `No longer allow ${name}` : 'Remove this rule'}
    </button>
  </div>
);

function addRule(draft: Draft, name: OperationName, written: unknown): void {
  if (Array.isArray(written)) draft.edit(['operations', name, written.length], {});
  else draft.edit(['operations', name], [written, {}]);
}

const OperationRules = ({
  draft,
  name,
  written,
}: {
  readonly draft: Draft;
  readonly name: OperationName;
  readonly written: unknown;
}) => {
  const shown = useSignal(page);
  const rules = rulesIn(written);
  const isList = Array.isArray(written);
  return (
    <Fold
      title={<code>{name}</code>}
      about={
        rules.length === 1 ? printRuleText(name, rules[0]) : printCountOf(rules.length, 'rule')
      }
    >
      <p class="small quiet">{rowOf(name).summary}</p>
      {rules.slice(0, shown.value).map((rule, at) => {
        const path = isList ? ['operations', name, at] : ['operations', name];
        const fields = <RuleFields draft={draft} name={name} path={path} rule={rule} />;
        return rules.length === 1 ? (
          <div key="only">{fields}</div>
        ) : (
          <Fold key={at} title={`Rule ${at + 1}`} about={printRuleText(name, rule)}>
            {fields}
          </Fold>
        );
      })}
      <div class="row">
        {rules.length > shown.value && (
          <button
            type="button"
            class="button"
            onClick={() => {
              shown.value += page;
            }}
          >
            Show more of {rules.length} rules
          </button>
        )}
        <button type="button" class="button" onClick={() => addRule(draft, name, written)}>
          Add a rule of {name}
        </button>
        {isList && (
          <button
            type="button"
            class="button slight"
            onClick={() => draft.edit(['operations', name], undefined)}
          >
            No longer allow {name}
          </button>
        )}
      </div>
    </Fold>
  );
};

const Allow = ({ draft, allowed }: { draft: Draft; allowed: Fields }) => (
  <label class="field">
    <span class="name">Allow an operation</span>
    <select
      class="input"
      value=""
      onChange={({ currentTarget }) => {
        draft.edit(['operations', currentTarget.value], {});
        currentTarget.value = '';
      }}
    >
      <option value="">Choose one</option>
      {policyOperations
        .filter((name) => !Object.hasOwn(allowed, name))
        .map((name) => (
          <option key={name} value={name}>
            {name}: {rowOf(name).summary}
          </option>
        ))}
    </select>
  </label>
);

/** The operations that a policy allows, each with its rules. */
export function RulesForm({ draft, value }: { draft: Draft; value: unknown }) {
  const written = isFields(value) ? value : {};
  return (
    <div class="stack tight">
      {policyOperations
        .filter((name) => Object.hasOwn(written, name))
        .map((name) => (
          <OperationRules key={name} draft={draft} name={name} written={written[name]} />
        ))}
      <Allow draft={draft} allowed={written} />
    </div>
  );
}
