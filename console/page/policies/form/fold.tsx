import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';

type FoldProps = {
  readonly title: ComponentChildren;
  readonly about?: string;
  readonly open?: boolean;
  readonly children: ComponentChildren;
};

/** A part that is only in the page while it is open, because a policy can have hundreds of them. */
export function Fold({ title, about = '', open = false, children }: FoldProps) {
  const isOpen = useSignal(open);
  return (
    <details
      class="fold"
      open={isOpen.value}
      onToggle={({ currentTarget }) => {
        isOpen.value = currentTarget.open;
      }}
    >
      <summary>
        <span class="fold-title">{title}</span> <span class="small quiet">{about}</span>
      </summary>
      {isOpen.value && <div class="fold-body">{children}</div>}
    </details>
  );
}
