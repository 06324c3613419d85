import { proves } from '../proof/proves.ts';
import './fresh-clone.test.ts';

proves({
  claim:
    'A fresh clone runs after `npm ci --omit=dev && npm start`, and serves the signed URL that it prints.',
  unit: 'tests',
});
