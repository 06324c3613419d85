import { proves } from '../../proof/proves.ts';
import './bombs.test.ts';

proves({
  claim:
    'Small files and permitted requests that are built to be costly are drawn or refused within 9 seconds of CPU time and 1,000 MB of memory.',
  unit: 'renders',
});
