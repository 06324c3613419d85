import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { printCount, printNumber } from '../../../../operator/quantity.ts';
import { callWithProgress, messageOf } from '../../call.ts';
import { ErrorNotice, Notice } from '../../parts/notice.tsx';
import { ProgressBar, type ProgressState } from '../../parts/progress-bar.tsx';
import { printTime } from '../../parts/time-text.ts';
import type { Examination } from './examination.ts';
import { FindingItem } from './finding.tsx';

function summaryOf({ acknowledged, checks, errors, warnings }: Examination): string {
  const accepted = acknowledged === 0 ? '' : `, ${printNumber(acknowledged)} acknowledged`;
  const inChecks = `in ${printCount(checks, 'check')}${accepted}`;
  return errors + warnings === 0
    ? `No problems found ${inChecks}`
    : `${printCount(errors, 'error')} and ${printCount(warnings, 'warning')} found ${inChecks}`;
}

function toneOf({ errors, warnings }: Examination) {
  if (errors > 0) return 'bad';
  return warnings > 0 ? 'warn' : 'good';
}

function Findings({ diagnosis, again }: { diagnosis: Examination; again: () => void }) {
  return (
    <div class="stack">
      <Notice
        tone={toneOf(diagnosis)}
      >{`${summaryOf(diagnosis)}, ${printTime(diagnosis.at)}`}</Notice>
      <ul class="stack">
        {diagnosis.problems.map((finding) => (
          <FindingItem key={finding.id ?? finding.check} finding={finding} onChanged={again} />
        ))}
      </ul>
      <details open={diagnosis.problems.length === 0}>
        <summary>{`${printCount(diagnosis.checks - diagnosis.problems.length, 'check')} passed`}</summary>
        <ul class="passed">
          {diagnosis.passed.map((finding) => (
            <FindingItem
              key={`${finding.check} ${finding.found}`}
              finding={finding}
              onChanged={again}
            />
          ))}
        </ul>
      </details>
    </div>
  );
}

/** Runs the checks now, and when it is asked again. */
function useDiagnosis() {
  const asked = useSignal(0);
  const progress = useSignal<ProgressState | undefined>({ done: 0, total: null });
  const found = useSignal<Examination | undefined>(undefined);
  const error = useSignal<string | undefined>(undefined);
  const again = (): void => {
    asked.value += 1;
  };
  useEffect(() => {
    const control = new AbortController();
    const onProgress = (next: ProgressState): void => {
      progress.value = next;
    };
    const examine = async (): Promise<void> => {
      onProgress({ done: 0, total: null });
      try {
        found.value = await callWithProgress('doctor', {}, onProgress, control.signal);
        error.value = undefined;
      } catch (thrown) {
        if (control.signal.aborted) return;
        error.value = messageOf(thrown);
      }
      progress.value = undefined;
    };
    void examine();
    return () => control.abort();
  }, [asked.value]);
  return { again, progress, found, error };
}

/** What `signet doctor` finds, and what to do about it. */
export function DoctorPart() {
  const { again, progress, found, error } = useDiagnosis();
  return (
    <section class="panel" aria-label="Doctor">
      <header>
        <h2>Doctor</h2>
        <ProgressBar progress={progress.value} label="Tenants checked" />
        <button
          type="button"
          class="button primary"
          disabled={progress.value !== undefined}
          onClick={again}
        >
          {progress.value === undefined ? 'Run again' : 'Running…'}
        </button>
      </header>
      <div class="body stack doctor-body">
        {error.value !== undefined && <ErrorNotice message={error.value} again={again} />}
        {found.value === undefined && error.value === undefined && (
          <div class="skeleton doctor-wait" />
        )}
        {found.value !== undefined && <Findings diagnosis={found.value} again={again} />}
      </div>
    </section>
  );
}
