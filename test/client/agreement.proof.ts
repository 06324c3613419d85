import { proves } from '../proof/proves.ts';
import './agreement.test.ts';

proves({
  claim:
    'The strict minter mints exactly the URLs that the edge accepts, and refuses with the same message.',
  unit: 'random requests',
});
