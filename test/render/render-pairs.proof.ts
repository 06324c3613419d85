import { proves } from '../proof/proves.ts';
import './render-pairs.test.ts';

proves({
  claim: 'Two operations in one recipe draw what they draw one after the other.',
  unit: 'renders',
});
