import { proves } from '../proof/proves.ts';
import './worst-requests.test.ts';

proves({
  claim:
    'While four of the costliest requests of one tenant are drawn, another tenant gets its small picture.',
  unit: 'answers',
});
