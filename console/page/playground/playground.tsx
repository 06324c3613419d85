import { overview } from '../installation.ts';

/** Tries recipes on a picture. */
export const Playground = () => <h1>Playground of {overview.value?.target}</h1>;
