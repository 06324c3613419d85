import { proves } from '../../proof/proves.ts';
import './owner-recipes.test.ts';

proves({
  claim:
    'Recipes of Alibaba OSS and Baidu BOS as sites write them are served under one canonical key, or refused with the reason and what to write instead.',
  unit: 'recipes',
});
