/** Reads a variable of the function, which the stack sets. Throws if it is missing. */
export function readSetting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; deploy the stack again`);
  return value;
}
