import { proves } from '../../proof/proves.ts';
import './policy-cost.test.ts';

proves({
  claim:
    '`policy cost` counts the derivatives that a policy allows, compared with asking for all of them.',
  unit: 'random policies',
});
