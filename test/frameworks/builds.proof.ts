import { proves } from '../proof/proves.ts';
import './builds.test.ts';

proves({
  claim:
    'Applications of Next.js, Nuxt and Astro, built with the code of the client’s README and the packed client, show images in Chromium. proof-frameworks.md has the table.',
  unit: 'tests',
});
