import { proves } from '../proof/proves.ts';
import './container.test.ts';

proves({
  claim:
    'The files that Dockerfile copies, with the packages of `npm ci --omit=dev`, run under its user and its command, and are healthy.',
  unit: 'tests',
});
