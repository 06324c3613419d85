import { installLimits, measureInstall } from '../../build/installed-size.ts';
import type { Row, Table } from '../table.ts';

async function measureRow(what: string, install: 'production' | 'all'): Promise<Row> {
  const bytes = await measureInstall(install);
  return { what, figure: bytes / 1e6, unit: 'MB', goal: installLimits[install] / 1e6 };
}

/** How large the installed packages are. */
export const installTable: Table = {
  name: 'install',
  title: 'installed packages, in blocks of 4 kB',
  measure: async () => [
    await measureRow('npm ci --omit=dev', 'production'),
    await measureRow('npm ci', 'all'),
  ],
};
