import { fileURLToPath } from 'node:url';

/** The program that starts the stack on this machine, which also serves the state folder for a repair. */
export const startProgram: string = fileURLToPath(new URL('../bin/start.js', import.meta.url));
