import { proves } from '../proof/proves.ts';
import './aws.test.ts';

proves({
  claim:
    'The commands and the four deployed zips do their work against an AWS written by others, under the runtime interface emulator of AWS, frozen between events.',
  unit: 'checks',
});
