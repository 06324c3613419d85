import { proves } from '../proof/proves.ts';
import './release.test.ts';

proves({
  claim:
    '`npm run release` writes the packages, the zips and the documents, and the same bytes when it is run again.',
  unit: 'tests',
});
