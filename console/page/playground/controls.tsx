import { useComputed, useSignal } from '@preact/signals';
import type { Parameter } from '../../../shared/operations/parameter.ts';
import {
  type OperationName,
  operationNames,
  parametersOf,
  rowOf,
} from '../../../shared/operations/table.ts';
import type { Policy } from '../../../shared/policy/policy.ts';
import { chosenOperations, path, policy, setOperations } from './model.ts';
import { judge } from './policy-judge.ts';
import {
  findIn,
  nameOf,
  parametersIn,
  printOperation,
  readRecipeText,
  withOperation,
} from './recipe-text.ts';
import { printRanges, type ValueOption, valueOptions } from './value-options.ts';

/* The controls of a recipe: one group for each operation of the table, limited to what the policy allows. */

type ParameterProps = {
  readonly found: Policy;
  readonly name: OperationName;
  readonly own: string;
  readonly parameter: Parameter;
};

/** The operation that a control changes: the one in the recipe, or a new one. */
const currentOf = (name: OperationName): string => findIn(chosenOperations.value, name) ?? name;

function setParameter(name: OperationName, own: string, value: string): void {
  const changed = { ...parametersIn(currentOf(name)), [own]: value };
  setOperations(withOperation(chosenOperations.value, name, printOperation(name, changed)));
}

const Options = ({ options }: { options: readonly ValueOption[] }) => (
  <>
    {options.map(({ value, why }) => (
      <option key={value} value={value} disabled={why !== undefined}>
        {why === undefined ? value : `${value} – ${why}`}
      </option>
    ))}
  </>
);

function ParameterControl({ found, name, own, parameter }: ParameterProps) {
  const operation = currentOf(name);
  const current = parametersIn(operation)[own] ?? '';
  const asked = {
    policy: found,
    path: path.value,
    operations: chosenOperations.value,
    name,
    operation,
  };
  const options = valueOptions(asked, own, parameter);
  const hint = options === undefined ? printRanges(found, name, own) : '';
  const unset = parameter.fallback === undefined ? 'not set' : `${parameter.fallback} (default)`;
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is one of two inside
    <label class="field" title={parameter.about}>
      <span class="name">
        <code>{own}</code> {parameter.about}
      </span>
      {options === undefined ? (
        <input
          class="input"
          value={current}
          placeholder={unset}
          inputMode={parameter.control.control === 'number' ? 'numeric' : 'text'}
          onChange={({ currentTarget }) => setParameter(name, own, currentTarget.value.trim())}
        />
      ) : (
        <select
          class="input"
          value={current}
          onChange={({ currentTarget }) => setParameter(name, own, currentTarget.value)}
        >
          <option value="">{unset}</option>
          <Options options={options} />
        </select>
      )}
      {hint !== '' && <span class="hint">{hint}</span>}
    </label>
  );
}

/** What an operation begins with when it is switched on: alone if that does something, else its example. */
function startOf(found: Policy, name: OperationName): string {
  const example = readRecipeText(rowOf(name).example.replaceAll('__op__', '/'));
  const own = example.find((one) => nameOf(one) === name) ?? name;
  const rule = found.rules.get(name)?.[0] ?? {};
  const first = Object.entries(rule).flatMap(([parameter, values]) => {
    const value = values === undefined ? undefined : 'min' in values ? values.min : values[0];
    return value === undefined || value === null ? [] : [[parameter, String(value)] as const];
  });
  const ofRule = printOperation(name, Object.fromEntries(first));
  const tried = [own, ofRule, name].map((one) => withOperation(chosenOperations.value, name, one));
  const served = tried.find((one) => judge(found, path.value, one) === undefined);
  return findIn(served ?? [], name) ?? ofRule;
}

function OperationControl({ found, name }: { found: Policy; name: OperationName }) {
  const isOn = useComputed(() => findIn(chosenOperations.value, name) !== undefined);
  const isOpen = useSignal(isOn.peek());
  const allowed = found.rules.has(name) || rowOf(name).free === true;
  const toggle = (on: boolean): void => {
    isOpen.value = on;
    setOperations(
      withOperation(chosenOperations.value, name, on ? startOf(found, name) : undefined),
    );
  };
  return (
    <fieldset class="control" disabled={!allowed}>
      <legend class="hidden">{name}</legend>
      <label class="control-name">
        <input
          type="checkbox"
          checked={isOn.value}
          onChange={({ currentTarget }) => toggle(currentTarget.checked)}
        />
        <strong>{name}</strong>
        <span class="quiet small">
          {allowed ? rowOf(name).summary : 'The policy does not allow it.'}
        </span>
      </label>
      {isOn.value && (
        <div class="control-parameters">
          {parametersOf(name).map(([own, parameter]) => (
            <ParameterControl key={own} {...{ found, name, own, parameter }} />
          ))}
        </div>
      )}
    </fieldset>
  );
}

const Presets = ({ found }: { found: Policy }) =>
  found.presets.size === 0 ? null : (
    <fieldset class="plain row" aria-label="Presets">
      {[...found.presets.keys()].map((name) => {
        const own = `style,n_${name}`;
        return (
          <button
            type="button"
            key={name}
            class="button slight"
            aria-pressed={chosenOperations.value.includes(own)}
            onClick={() => setOperations([own])}
          >
            {name}
          </button>
        );
      })}
    </fieldset>
  );

/** First those that most recipes have, then the others in the order of drawing, then those that are not allowed. */
function orderedNames(found: Policy): readonly OperationName[] {
  const usual: readonly OperationName[] = ['resize', 'format', 'quality'];
  const rest = operationNames.filter((name) => !usual.includes(name) && name !== 'version');
  const isAllowed = (name: OperationName): boolean =>
    found.rules.has(name) || rowOf(name).free === true;
  return [...usual, ...rest].toSorted(
    (one, other) => Number(isAllowed(other)) - Number(isAllowed(one)),
  );
}

export function Controls() {
  const found = policy.value;
  if (found === undefined) return <div class="skeleton" style={{ height: '30rem' }} />;
  return (
    <section class="panel" aria-label="Recipe">
      <header>
        <h2>Recipe</h2>
        <button type="button" class="button slight" onClick={() => setOperations([])}>
          Start again
        </button>
      </header>
      <div class="body stack">
        <label class="field">
          <span class="name">As in a URL</span>
          <input
            class="input mono"
            value={chosenOperations.value.join('__op__')}
            spellcheck={false}
            onChange={({ currentTarget }) =>
              setOperations(readRecipeText(currentTarget.value.replaceAll('__op__', '/').trim()))
            }
          />
        </label>
        <Presets found={found} />
        <div class="controls">
          {orderedNames(found).map((name) => (
            <OperationControl key={name} found={found} name={name} />
          ))}
        </div>
      </div>
    </section>
  );
}
