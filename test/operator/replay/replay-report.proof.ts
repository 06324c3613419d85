import { proves } from '../../proof/proves.ts';
import './replay-report.test.ts';

proves({
  claim: '`policy replay` stays within its memory bounds.',
  unit: 'log lines',
});
