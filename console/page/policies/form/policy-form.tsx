import { Notice } from '../../parts/notice.tsx';
import type { Draft, DraftPath } from '../draft/draft.ts';
import { printCountOf } from '../words.ts';
import { FieldControl } from './field-control.tsx';
import { Fold } from './fold.tsx';
import { type FormField, formFields, readField } from './form-schema.ts';
import { MapField } from './map-field.tsx';
import { RulesForm } from './rules-form.tsx';

const fields = formFields();

/** The reader of descriptions is a person, who does not write code. */
const printDescription = ({ schema }: FormField): string =>
  (schema.description ?? '').replaceAll('`', '');

type FieldProps = {
  readonly draft: Draft;
  readonly path: DraftPath;
  readonly field: FormField;
  readonly value: unknown;
};

const ownValue = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;

const OneField = ({ draft, path, field, value }: FieldProps) => (
  <div class="form-field">
    <span class="name">{path.at(-1)}</span>
    <FieldControl
      label={path.join('.')}
      field={field}
      value={value}
      onChange={(next) => draft.edit(path, next)}
    />
    <span class="small quiet">{printDescription(field)}</span>
  </div>
);

const Inner = ({ draft, path, field, value }: FieldProps) => {
  const [name = ''] = path;
  const { properties = {}, patternProperties = {} } = field.schema;
  if (name === 'operations') return <RulesForm draft={draft} value={value} />;
  if (field.kind === 'map') {
    const [pattern = ''] = Object.keys(patternProperties);
    return <MapField draft={draft} name={String(name)} pattern={pattern} value={value} />;
  }
  return (
    <div class="stack tight">
      {Object.entries(properties).map(([own, schema]) => (
        <OneField
          key={own}
          draft={draft}
          path={[...path, own]}
          field={readField(schema)}
          value={ownValue(value, own)}
        />
      ))}
    </div>
  );
};

/** How much of a group the draft has. */
function printExtent(value: unknown): string {
  if (typeof value !== 'object' || value === null) return 'left out';
  return printCountOf(Object.keys(value).length, 'entry', 'entries');
}

const opened = ['operations'];

/** The policy as a form, made from its schema. It changes the same draft as the JSON. */
export function PolicyForm({ draft }: { draft: Draft }) {
  const document = draft.document.value;
  return (
    <section class="panel draft-form" aria-label="Form">
      <header>
        <h2>Form</h2>
        <span class="small quiet">version {draft.base.value.version}</span>
      </header>
      <div class="body stack tight">
        {document === undefined && (
          <Notice tone="warn">Correct the JSON first. The form reads it.</Notice>
        )}
        {document !== undefined &&
          fields.map(([name, field]) => {
            const shared = { draft, path: [name], field, value: ownValue(document, name) };
            const isGroup = field.kind === 'group' || field.kind === 'map';
            return isGroup ? (
              <Fold
                key={name}
                title={name}
                about={printExtent(shared.value)}
                open={opened.includes(name)}
              >
                <p class="small quiet">{printDescription(field)}</p>
                <Inner {...shared} />
              </Fold>
            ) : (
              <OneField key={name} {...shared} />
            );
          })}
        {draft.base.value.blocked > 0 && (
          <p class="small quiet">
            Publishing keeps the {printCountOf(draft.base.value.blocked, 'blocked scope')} unless
            the draft names its own.
          </p>
        )}
      </div>
    </section>
  );
}
