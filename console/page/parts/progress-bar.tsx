import { printNumber } from '../../../operator/quantity.ts';

export type ProgressState = { readonly done: number; readonly total: number | null };

type ProgressBarProps = {
  /** Undefined while nothing is done. The place of the bar stays. */
  readonly progress: ProgressState | undefined;
  readonly label: string;
};

/** How far work has come. */
export const ProgressBar = ({ progress, label }: ProgressBarProps) => {
  if (progress === undefined) return <div class="progress-line" />;
  const { done, total } = progress;
  const text = total === null ? '' : `${printNumber(done)} of ${printNumber(total)}`;
  return (
    <div class="progress-line" role="status">
      <progress aria-label={label} {...(total === null ? {} : { value: done, max: total || 1 })} />
      <span class="quiet small">{`${label}: ${text === '' ? '…' : text}`}</span>
    </div>
  );
};
