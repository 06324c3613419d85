import { useEffect, useRef } from 'preact/hooks';
import { setQuery } from '../../address.ts';
import { Field } from '../../parts/field.tsx';
import { theme } from '../../theme.ts';
import { queryText } from '../part.ts';
import type { CountedRow } from './counted-row.ts';
import { type Measure, measures, toSeries, type UsageSeries } from './usage-series.ts';

const chosenMeasure = (): Measure => {
  const asked = queryText('measure');
  return Object.hasOwn(measures, asked) ? (asked as Measure) : 'views';
};

type CanvasProps = { readonly drawn: UsageSeries; readonly measure: Measure };

/** The chart itself. Its numbers are in the table below, so screen readers pass it over. */
function Canvas({ drawn, measure }: CanvasProps) {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let isWanted = true;
    let remove = (): void => undefined;
    void import('./draw-chart.ts').then(({ drawChart }) => {
      if (isWanted && element.current !== null)
        remove = drawChart(element.current, drawn, measures[measure]);
    });
    return () => {
      isWanted = false;
      remove();
    };
  }, [drawn, measure, theme.value]);
  return <div ref={element} class="usage-canvas" aria-hidden="true" />;
}

/** A measure of the tenants over time. */
export const UsageChart = ({ rows }: { rows: readonly CountedRow[] | undefined }) => {
  const measure = chosenMeasure();
  return (
    <div class="usage-chart">
      <Field name="Chart of">
        <select
          class="input"
          value={measure}
          onChange={({ currentTarget }) => setQuery({ measure: currentTarget.value })}
        >
          {Object.entries(measures).map(([value, name]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
      </Field>
      {rows === undefined ? (
        <div class="skeleton usage-canvas" />
      ) : (
        <Canvas drawn={toSeries(rows, measure)} measure={measure} />
      )}
    </div>
  );
};
