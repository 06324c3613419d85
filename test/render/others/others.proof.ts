import { proves } from '../../proof/proves.ts';
import './others.test.ts';

proves({
  claim:
    'Images of other projects, made by other people and programs, have the size, the frames and the duration that Pillow reads in them, or are refused.',
  unit: 'renders',
});
