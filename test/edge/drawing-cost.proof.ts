import { proves } from '../proof/proves.ts';
import './drawing-cost.test.ts';

proves({
  claim: 'A miss takes at most 1.10 times the CPU time of sharp alone, with its drawing process.',
  unit: 'pictures',
});
