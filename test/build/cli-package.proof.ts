import { proves } from '../proof/proves.ts';
import './cli-package.test.ts';

proves({
  claim:
    'The tarball of the command line, installed with `npm install` into an empty folder, runs commands and the stack.',
  unit: 'tests',
});
