import { proves } from '../proof/proves.ts';
import './policy-agreement.test.ts';

proves({
  claim: 'The client with a policy decides as the edge does with the same policy.',
  unit: 'random requests',
});
