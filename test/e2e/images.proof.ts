import { proves } from '../proof/proves.ts';
import './images.test.ts';

proves({
  claim:
    'An independent client in Python gets every sample in every format after every operation, with the right key, headers and size. 1,000 spellings of one recipe are one derivative, one object and one render.',
  unit: 'answers',
});
