import { proves } from '../proof/proves.ts';
import './render-extremes.test.ts';

proves({
  claim:
    'The largest values of every operation are drawn or refused within the limits of a render.',
  unit: 'renders',
});
