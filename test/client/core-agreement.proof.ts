import { proves } from '../proof/proves.ts';
import './core-agreement.test.ts';

proves({
  claim:
    'The core of the client mints the same URLs as the edge accepts, and refuses unknown names and invalid paths.',
  unit: 'random requests',
});
