import { proves } from '../proof/proves.ts';
import './golden.test.ts';

proves({
  claim: 'Every operation draws its golden image from every kind of source, in every output type.',
  unit: 'images',
});
