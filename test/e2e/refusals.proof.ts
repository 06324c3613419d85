import { proves } from '../proof/proves.ts';
import './refusals.test.ts';

proves({
  claim: 'Damaged URLs are refused over HTTP without a call to S3 or Secrets Manager.',
  unit: 'damaged URLs',
});
