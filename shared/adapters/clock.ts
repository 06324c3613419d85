import type { Clock, Random } from '../ports.ts';

export const systemClock: Clock = () => Date.now();
export const systemRandom: Random = () => Math.random();
