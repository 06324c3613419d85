import { useSignal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { ErrorNotice } from './notice.tsx';

type SuspendedProps = {
  /** What is shown. The code is loaded again when it changes. */
  readonly name: string;
  readonly load: () => Promise<ComponentType>;
};

/** A part whose code is loaded when it is shown. */
export function Suspended({ name, load }: SuspendedProps) {
  const shown = useSignal<{ readonly name: string; readonly Shown: ComponentType } | undefined>(
    undefined,
  );
  const failed = useSignal(false);
  useEffect(() => {
    let isWanted = true;
    load().then(
      (Shown) => {
        if (isWanted) shown.value = { name, Shown };
      },
      () => {
        failed.value = true;
      },
    );
    return () => {
      isWanted = false;
    };
  }, [name]);
  if (failed.value)
    return <ErrorNotice message="This part could not be loaded." again={() => location.reload()} />;
  if (shown.value?.name !== name) return <div class="skeleton" style={{ height: '60vh' }} />;
  const { Shown } = shown.value;
  return <Shown />;
}
