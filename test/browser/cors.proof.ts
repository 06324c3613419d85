import { proves } from '../proof/proves.ts';
import './cors.test.ts';

proves({
  claim:
    'In Chromium, pages of other origins show and read images as `corsOrigins` and `urls.origins` say, and no page of another tenant reads what a cookie grants. proof-browser.md has the table.',
  unit: 'uses of an image',
});
