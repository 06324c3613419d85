import { proves } from '../proof/proves.ts';
import './hand-made-events.test.ts';

proves({
  claim: 'Events that no viewer-request made cause no render and no write.',
  unit: 'events',
});
