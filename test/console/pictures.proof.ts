import { proves } from '../proof/proves.ts';
import './pictures.test.ts';

proves({
  claim: 'The pictures in docs/console.md and README.md show the console as it is.',
  unit: 'pictures',
});
