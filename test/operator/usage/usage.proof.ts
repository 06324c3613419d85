import { proves } from '../../proof/proves.ts';
import './usage.test.ts';

proves({
  claim: '`usage` counts what DuckDB counts in the same logs, in bounded memory.',
  unit: 'log lines',
});
