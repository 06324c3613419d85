import * as v from 'valibot';

/** Adds the line that documents a field of a policy. */
export const withDescription = <S extends v.GenericSchema>(schema: S, about: string) =>
  v.pipe(schema, v.description(about));

/** A whole number in a range. */
export const integerSchema = (min: number, max: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));
