import { proves } from '../proof/proves.ts';
import './render-cost.test.ts';

proves({
  claim:
    'Turned, grey, described and limited pictures take at most 1.3 times the CPU time of sharp alone, and 1.6 times for a limit of bytes that two runs of the encoder meet.',
  unit: 'pictures',
});
