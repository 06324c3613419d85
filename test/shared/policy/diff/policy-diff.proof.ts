import { proves } from '../../../proof/proves.ts';
import './policy-diff.test.ts';

proves({
  claim: '`policy diff` never misses a difference that the edge would see.',
  unit: 'random pairs of policies',
});
