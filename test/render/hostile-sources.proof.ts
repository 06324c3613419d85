import { proves } from '../proof/proves.ts';
import './hostile-sources.test.ts';

proves({
  claim:
    'Hostile files are refused, never crash the process, and need less work than two photographs.',
  unit: 'tests',
});
