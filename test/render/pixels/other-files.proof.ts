import { proves } from '../../proof/proves.ts';
import './other-files.test.ts';

proves({
  claim:
    'Images of other projects have the pixels that Pillow decodes at full size, or those that Chromium shows where Pillow differs for a known reason.',
  unit: 'pictures',
});
