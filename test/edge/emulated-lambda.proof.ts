import { proves } from '../proof/proves.ts';
import './emulated-lambda.test.ts';

proves({
  claim:
    "Under AWS's Lambda emulator the deployed zip serves pictures, although its processes are frozen in between.",
  unit: 'events',
});
