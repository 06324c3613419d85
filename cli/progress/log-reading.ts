import { fileName } from '../../operator/file-failure.ts';
import type { ReportedReading } from '../../operator/logs/log-reader.ts';
import { writeWarnings } from '../base/warnings.ts';
import { progressOn } from './bar.ts';

const damageWarning = (file: string): string =>
  `${fileName(file)} is cut or damaged; only the lines before the damage were counted`;

/** Shows the reading of logs on stderr: a bar, then a warning for each damaged file. */
export const logReadingOnStderr = (json: boolean): ReportedReading => ({
  startProgress: (total) => progressOn(process.stderr, total, json),
  reportDamaged: (files) => writeWarnings(files.map(damageWarning), json),
});
