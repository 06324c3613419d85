export { hostHint } from '../../operator/explain/host-hint.ts';
