import { policyJsonSchema } from '../../shared/policy/json-schema.ts';
import { printJson } from '../../shared/terminal.ts';
import { type CommonOptions, command, runCommand } from '../command.ts';

async function schema(options: CommonOptions): Promise<void> {
  await runCommand(options, async () => {
    const json = policyJsonSchema();
    return { text: printJson(json, 2), json };
  });
}

export const schemaCommand = command(
  'schema',
  'Print the JSON Schema of policy files, for editors; set "$schema" in a file to the path of the saved schema',
).action(schema);
