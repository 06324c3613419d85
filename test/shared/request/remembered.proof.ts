import { proves } from '../../proof/proves.ts';
import './remembered.test.ts';

proves({
  claim:
    'What viewer-request remembers between requests changes no decision, whether it holds much, little or nothing.',
  unit: 'requests',
});
