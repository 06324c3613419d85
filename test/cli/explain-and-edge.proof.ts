import { proves } from '../proof/proves.ts';
import './explain-and-edge.test.ts';

proves({
  claim: '`explain` comes to the decision of the edge.',
  unit: 'random URLs',
});
