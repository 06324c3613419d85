import { proves } from '../../proof/proves.ts';
import './pixels.test.ts';

proves({
  claim:
    'Pictures of every orientation, colour space, coding and animation look as independent decoders and Chromium show them.',
  unit: 'pictures',
});
