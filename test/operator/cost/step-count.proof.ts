import { proves } from '../../proof/proves.ts';
import './step-count.test.ts';

proves({
  claim:
    'The texts of an operation that rules allow are counted correctly, compared with writing all of them out.',
  unit: 'random rules',
});
