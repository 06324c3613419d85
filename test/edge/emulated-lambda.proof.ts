import { proves } from '../proof/proves.ts';
import './emulated-lambda.test.ts';

proves({
  claim:
    'On the Lambda emulator of AWS, the deployed zip serves pictures although it is frozen between events.',
  unit: 'events',
});
