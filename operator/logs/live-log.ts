import type { HostMap } from '../../shared/url/host-map.ts';
import { accessLogFile, edgeLogFile } from '../target/state-folder.ts';
import { followFile } from './follow-file.ts';
import type { LiveRequest } from './live-request.ts';
import { createRequestJoiner } from './request-joiner.ts';

/** What the logs of the local stack have since the last turn. */
export type LiveTurn = {
  readonly requests: readonly LiveRequest[];
  /** Bytes of logs that were passed over, because requests come faster than they are read. */
  readonly skipped: number;
  /** Whether there may be more already. */
  readonly more: boolean;
};

/** The requests of the local stack, as its logs grow. */
export type LiveLog = {
  readonly read: () => Promise<LiveTurn>;
  readonly close: () => Promise<void>;
};

/** Follows both logs of the local stack. They need not exist. */
export function openLiveLog(hosts: HostMap): LiveLog {
  const joiner = createRequestJoiner(hosts);
  const service = followFile(edgeLogFile());
  const access = followFile(accessLogFile());
  return {
    read: async () => {
      const functions = await service.read();
      functions.lines.forEach(joiner.addServiceLine);
      const delivered = await access.read();
      delivered.lines.forEach(joiner.addAccessLine);
      return {
        requests: joiner.turn(),
        skipped: functions.skipped + delivered.skipped,
        more: functions.lines.length + delivered.lines.length > 0,
      };
    },
    close: async () => {
      await service.close();
      await access.close();
    },
  };
}
