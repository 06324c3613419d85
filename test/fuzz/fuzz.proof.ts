import { proves } from '../proof/proves.ts';
import './fuzz.test.ts';

proves({
  claim:
    'Mutated files of all four types are drawn or refused by the process that is deployed: no crash, no hang, at most 2 seconds of CPU time each.',
  unit: 'files',
});
